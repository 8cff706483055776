import { isDigest } from '../kernel/digest.ts';
import { messageOf } from '../kernel/errors.ts';
import { RegistryError } from '../registry/errors.ts';
import { candidateTag } from '../kernel/reserved-tags.ts';
import { ShipError } from '../ship/errors.ts';
import type { ProjectImage } from './project.ts';
import type { Shipment } from './push-shipment.ts';
import type { BuiltImage } from './built-image.ts';

/** What has to be known of a shipment to find its candidate tags. */
interface CandidateShipment extends Pick<Shipment, 'step' | 'repository'> {
  readonly context: Pick<Shipment['context'], 'emit' | 'signal'>;
  readonly image: Pick<ProjectImage, 'ship'>;
  readonly images: readonly { readonly built: Pick<BuiltImage, 'imageId'> }[];
}

/**
 * Removes the tags under which the engine pushed, of this run and of an earlier one that was killed. A registry that
 * keeps them costs a notice and nothing else: what ships is under its release tags.
 */
export async function dropCandidateTags(shipment: CandidateShipment): Promise<void> {
  const { image, images, context, repository, step } = shipment;
  if (!image.ship || image.ship.through !== 'engine' || context.signal.aborted) return;
  for (const { built } of images) {
    if (!isDigest(built.imageId)) continue;
    const tag = candidateTag(built.imageId);
    try {
      if ((await repository.manifests.head(tag)) === undefined) continue;
      await repository.tags.remove(tag);
    } catch (error) {
      context.emit({
        type: 'notice',
        step: step.id,
        message: `the tag ${tag} stays in ${repository.address.repository}: ${messageOf(error)}`,
      });
    }
  }
}

/** @throws {ShipError} READ_BACK_IMPOSSIBLE when the engine alone reaches the registry */
export async function needReadBack<Value>(
  { ship }: Pick<ProjectImage, 'ship'>,
  reading: Promise<Value>,
): Promise<Value> {
  try {
    return await reading;
  } catch (error) {
    const isOutOfReach = error instanceof RegistryError && error.code === 'REGISTRY_UNREACHABLE';
    if (!ship || ship.through !== 'engine' || !isOutOfReach) throw error;
    throw new ShipError('READ_BACK_IMPOSSIBLE', error.message, { cause: error });
  }
}
