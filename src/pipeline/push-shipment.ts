import { join } from 'node:path';
import { withFileLock } from '../host/file-lock.ts';
import { shortDigest } from '../kernel/digest.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import type { Repository } from '../registry/contract.ts';
import { pushCandidate, pushIndexCandidate } from '../ship/candidate.ts';
import { packImage } from '../ship/pack.ts';
import type { PackedImage } from '../ship/packed-image.ts';
import type { BlobStore } from '../ship/store.ts';
import { PipelineError } from './errors.ts';
import {
  toPackedShipment,
  type PackedPlatform,
  type PackedShipment,
  type PlatformImage,
} from './packed-shipment.ts';
import { repositoryOf, type ProjectImage } from './project.ts';
import type { RunContext, StepResults } from './run-context.ts';
import type { BuiltImage } from './test-step.ts';

/** An image of the project, and where it is to go. */
export interface Shipment {
  readonly step: PlannedStep;
  readonly context: RunContext;
  readonly image: ProjectImage;
  /** One for each platform. */
  readonly images: readonly PlatformImage[];
  readonly results: StepResults;
  readonly repository: Repository;
  readonly store: BlobStore;
}

/** Packs the image for each of its platforms. @throws {ShipError} IDENTITY_BROKEN, INDEX_AMBIGUOUS */
export async function packShipment(shipment: Shipment): Promise<PackedShipment> {
  const { context, images, store } = shipment;
  // Images of one project share layers: packed one after the other, each layer is compressed once.
  return await withFileLock(
    join(context.stateFolder, 'locks', 'pack'),
    { signal: context.signal },
    async () => {
      const platforms: PackedPlatform[] = [];
      for (const each of images)
        platforms.push({ ...each, packed: await packOne(shipment, each.built) });
      return await toPackedShipment(store, platforms);
    },
  );
}

async function packOne(shipment: Shipment, built: BuiltImage): Promise<PackedImage> {
  const { context, store } = shipment;
  const record = await context.engine.images.inspect(built.imageId);
  if (record === undefined)
    throw new PipelineError('IMAGE_VANISHED', `${built.imageId} is no longer on the engine`);
  const { watchPackages } = await import('./image-packages.ts');
  const packed = await packImage({
    store,
    engine: context.engine,
    image: record,
    signal: context.signal,
    watchLayer: watchPackages(store, context.signal),
  });
  output(
    shipment,
    `packed ${packed.layers.length} layers as ${packed.manifest.digest} (${megabytes(
      packed.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    )})`,
  );
  return packed;
}

/** Puts it into the repository under its digest, and under no tag. */
export async function pushShipment(
  shipment: Shipment,
  { platforms, manifest }: PackedShipment,
): Promise<void> {
  const { repository, store } = shipment;
  const pushChildren = async (): Promise<void> => {
    for (const { packed } of platforms)
      await pushCandidate({
        repository,
        packed,
        store,
        mountFrom: siblingRepositories(shipment),
        onUploaded: (blob, how) =>
          output(
            shipment,
            `layer ${shortDigest(blob.digest)} ${how} (${megabytes(blob.sizeBytes)})`,
          ),
      });
  };
  if (platforms.length === 1) await pushChildren();
  else await pushIndexCandidate({ repository, index: manifest, pushChildren });
}

/** Repositories of parents on the same registry: their layers need no second upload. */
function siblingRepositories({ context, image, repository }: Shipment): readonly string[] {
  const prefix = `${repository.address.host}/`;
  return context.project.images
    .filter((other) => image.parents.includes(other.name) && other.ship)
    .map((other) => repositoryOf(other, context.project.registry))
    .filter((other) => other.startsWith(prefix))
    .map((other) => other.slice(prefix.length));
}

export function output({ step, context }: Shipment, text: string): void {
  context.emit({ type: 'step.output', step: step.id, source: 'ship', text: `${text}\n` });
}

function megabytes(sizeBytes: number): string {
  return `${(sizeBytes / 1e6).toFixed(1)} MB`;
}
