import type { ImageRecord } from '../engine/contract.ts';
import type { Secret } from '../kernel/secret.ts';
import { candidateTag } from '../kernel/reserved-tags.ts';
import { pushByEngine } from '../ship/engine-push.ts';
import { assertNoSecrets } from '../ship/assert-no-secrets.ts';
import type { LayerReading } from '../ship/layer-diff.ts';
import type { PackedImage } from '../ship/packed-image.ts';
import { findPacked } from '../ship/packed-record.ts';
import { readPushedImage } from '../ship/pushed-image.ts';
import type { Platform } from '../kernel/platform.ts';
import { engineLogin } from './engine-login.ts';
import type { Shipment } from './push-shipment.ts';

export interface EngineShipmentSource extends LayerReading {
  readonly image: ImageRecord;
  readonly platform: Platform;
}

/**
 * Lets the engine push the image under a candidate tag, and reads back what the registry has. What the registry has
 * from an earlier run is not pushed again.
 * @throws {ShipError} IDENTITY_BROKEN, SECRET_IN_IMAGE
 * @throws {RegistryError} DIGEST_MISMATCH
 * @throws {EngineError} ENGINE_PUSH_FAILED
 */
export async function letEnginePush(
  shipment: Shipment,
  source: EngineShipmentSource,
): Promise<PackedImage> {
  const { repository, store, context } = shipment;
  const known = await findPacked(store, {
    imageId: source.image.id,
    origin: 'pushed',
    repository: repository.address.repository,
  });
  if (known !== undefined) {
    const present = await repository.manifests.read(known.manifest.digest);
    if (present !== undefined) return known;
  }
  await refuseSecrets(shipment, source.image);
  return await announced(shipment, source.image, async (onNotice) => {
    const named = await pushByEngine({
      images: context.engine.images,
      image: source.image,
      repository,
      auth: await loginFor(shipment),
      clock: context.clock,
      signal: context.signal,
      onNotice,
    });
    return await readPushedImage(named, {
      ...source,
      repository,
      idOf: context.engine.info.store === 'containerd' ? 'manifest' : 'config',
      clock: context.clock,
    });
  });
}

/** From what the engine says of the image: its config is read only after it was pushed. */
async function refuseSecrets({ context, image }: Shipment, record: ImageRecord): Promise<void> {
  const history = await context.engine.images.history(record.id);
  const config = {
    config: { Env: record.config.env, Labels: record.config.labels },
    history: history.map((command) => ({ created_by: command })),
  };
  assertNoSecrets(JSON.stringify(config), image.ship ? image.ship.not_secret : undefined);
}

async function loginFor({ context, step, repository }: Shipment): Promise<Secret> {
  return await engineLogin(repository.address, {
    env: context.env,
    onWarning: (message) => context.emit({ type: 'notice', step: step.id, message }),
  });
}

/** A tag appears in the registry: said before, and again when it was read back. */
async function announced(
  { context, step, repository }: Shipment,
  { id }: ImageRecord,
  push: (onNotice: (message: string) => void) => Promise<PackedImage>,
): Promise<PackedImage> {
  const details = { repository: repository.address.repository, tag: candidateTag(id) };
  context.emit({ type: 'effect.intent', step: step.id, effect: 'push', details });
  const packed = await push((message) => context.emit({ type: 'notice', step: step.id, message }));
  context.emit({
    type: 'effect.done',
    step: step.id,
    effect: 'push',
    details: { ...details, digest: packed.manifest.digest },
  });
  return packed;
}
