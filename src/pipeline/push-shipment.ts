import { join } from 'node:path';
import { withFileLock } from '../host/file-lock.ts';
import { shortDigest } from '../kernel/digest.ts';
import { parsePlatform, type Platform } from '../kernel/platform.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import type { Repository } from '../registry/contract.ts';
import { pushCandidate, pushIndexCandidate } from '../ship/candidate.ts';
import { chooseOrigin, type OriginChoice } from '../ship/manifest-origin.ts';
import { packImage, type PackOptions } from '../ship/pack.ts';
import type { ManifestOrigin, PackedImage } from '../ship/packed-image.ts';
import { takeStoredImage } from '../ship/stored-image.ts';
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

/** Where the manifests of an image come from. */
export function originOf(image: ProjectImage, { engine }: RunContext): OriginChoice {
  return chooseOrigin(engine.info, { through: image.ship ? image.ship.through : undefined });
}

/** Packs the image for each of its platforms. @throws {ShipError} IDENTITY_BROKEN, PLATFORM_MISMATCH */
export async function packShipment(shipment: Shipment): Promise<PackedShipment> {
  const { context, images, store } = shipment;
  // Images of one project share layers: packed one after the other, each layer is compressed once.
  return await withFileLock(
    join(context.stateFolder, 'locks', 'pack'),
    { signal: context.signal },
    async () => {
      const platforms: PackedPlatform[] = [];
      for (const each of images) platforms.push({ ...each, packed: await packOne(shipment, each) });
      return await toPackedShipment(store, platforms);
    },
  );
}

async function packOne(
  shipment: Shipment,
  { built, platform }: PlatformImage,
): Promise<PackedImage> {
  const { context, store, image } = shipment;
  const { engine, signal } = context;
  const record = await engine.images.inspect(built.imageId);
  if (record === undefined)
    throw new PipelineError('IMAGE_VANISHED', `${built.imageId} is no longer on the engine`);
  const { watchPackages } = await import('./image-packages.ts');
  const source = {
    store,
    engine,
    image: record,
    platform: parsePlatform(platform) ?? engine.info.platform,
    signal,
    watchLayer: watchPackages(store, signal),
  };
  const { origin, why } = originOf(image, context);
  output(shipment, `manifest: ${why}`);
  const packed = await packFrom[origin](source, shipment);
  output(
    shipment,
    `${origin} ${packed.layers.length} layers as ${packed.manifest.digest} (${megabytes(
      packed.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    )})`,
  );
  return packed;
}

interface PackSource extends PackOptions {
  readonly platform: Platform;
}

const packFrom: Readonly<
  Record<ManifestOrigin, (source: PackSource, shipment: Shipment) => Promise<PackedImage>>
> = {
  packed: async (source) => await packImage(source),
  stored: async (source) => await takeStoredImage(source),
  pushed: async (source, shipment) => {
    const { letEnginePush } = await import('./engine-shipment.ts');
    return await letEnginePush(shipment, source);
  },
};

/** Puts it into the repository under its digest, and under no tag. What an engine pushed is there. */
export async function pushShipment(
  shipment: Shipment,
  { platforms, manifest }: PackedShipment,
): Promise<void> {
  const { repository, store } = shipment;
  const pushChildren = async (): Promise<void> => {
    for (const { packed } of platforms.filter((each) => each.packed.origin !== 'pushed'))
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
