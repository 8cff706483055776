import { buffer, text } from 'node:stream/consumers';
import { digestOf, isDigest, type Digest } from '../kernel/digest.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import type { Manifest } from '../registry/contract.ts';
import { OCI_INDEX } from '../registry/media-types.ts';
import { platformInIndex, renderIndex } from '../ship/image-index.ts';
import type { ManifestOrigin, PackedImage } from '../ship/packed-image.ts';
import { findPacked } from '../ship/packed-record.ts';
import type { BlobStore } from '../ship/store.ts';
import { builtImageOf } from './built-images.ts';
import { PipelineError } from './errors.ts';
import { isUntested, platformsOf } from './platforms.ts';
import type { ProjectImage } from './project.ts';
import type { StepResults } from './run-context.ts';
import type { BuiltImage } from './built-image.ts';

/** An image on one platform, on its way to a registry. */
export interface PlatformImage {
  readonly platform: string;
  readonly built: BuiltImage;
  /** Shipped without a test, as the configuration says. */
  readonly isUntested: boolean;
}

export interface PackedPlatform extends PlatformImage {
  readonly packed: PackedImage;
}

/** All that is to be pushed, known before anything is. */
export interface PackedShipment {
  /** As in the configuration. */
  readonly platforms: readonly PackedPlatform[];
  /** What tags are to point to: the manifest of the image or, for several platforms, the index. */
  readonly manifest: Manifest;
}

/** What a ship step is about; absent while a build has yet to be done. */
export function platformImagesOf(
  step: PlannedStep,
  image: ProjectImage,
  results: StepResults,
): readonly PlatformImage[] | undefined {
  const images = platformsOf(image, step.platform).map((platform) => ({
    platform,
    built: builtImageOf(image, platform, results),
    isUntested: isUntested(image, platform),
  }));
  const complete = images.flatMap(({ built, ...rest }) => (built ? [{ ...rest, built }] : []));
  return complete.length === images.length ? complete : undefined;
}

/** Which manifests of the images are meant. */
export interface WantedShipment {
  readonly images: readonly PlatformImage[];
  readonly origin: ManifestOrigin;
  /** `host/name`. */
  readonly repository: string;
}

/** The shipment, if the store has every image of it. */
export async function findPackedShipment(
  store: BlobStore,
  { images, origin, repository }: WantedShipment,
): Promise<PackedShipment | undefined> {
  const platforms: PackedPlatform[] = [];
  for (const image of images) {
    const imageId = imageDigest(image.built);
    const packed = await findPacked(store, { imageId, origin, repository });
    if (packed === undefined) return undefined;
    platforms.push({ ...image, packed });
  }
  return await toPackedShipment(store, platforms);
}

/** Makes the index from what was packed. @throws {ShipError} PLATFORM_MISMATCH */
export async function toPackedShipment(
  store: BlobStore,
  platforms: readonly PackedPlatform[],
): Promise<PackedShipment> {
  const [first, ...others] = platforms;
  if (first === undefined) throw new PipelineError('STEP_UNKNOWN', 'there is nothing to ship');
  if (others.length === 0) {
    const { digest, mediaType } = first.packed.manifest;
    const bytes = new Uint8Array(await buffer(store.open(digest)));
    return { platforms, manifest: { bytes, mediaType, digest } };
  }
  const images = await Promise.all(
    platforms.map(async ({ platform, packed }) => ({
      manifest: packed.manifest,
      platform: platformInIndex(await text(store.open(packed.config.digest)), platform),
    })),
  );
  const bytes = Buffer.from(renderIndex(images));
  return { platforms, manifest: { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) } };
}

function imageDigest(built: BuiltImage): Digest {
  if (isDigest(built.imageId)) return built.imageId;
  throw new PipelineError('IMAGE_VANISHED', `the engine gave no image id but ${built.imageId}`);
}
