import type { EngineImages, ImageRecord } from '../engine/contract.ts';
import type { Platform } from '../kernel/platform.ts';
import { followChain } from './image-chain.ts';
import type { LayerReading } from './layer-diff.ts';
import { readLayout } from './oci-layout.ts';
import type { PackedImage } from './packed-image.ts';
import { findPacked, keepPacked } from './packed-record.ts';
import { findManifest } from './platform-manifest.ts';

export interface StoredImageOptions extends LayerReading {
  readonly engine: { readonly images: Pick<EngineImages, 'save'> };
  readonly image: Pick<ImageRecord, 'id' | 'diffIds'>;
  readonly platform: Platform;
  /** Told as bytes go by. */
  readonly onBytes?: ((sizeBytes: number) => void) | undefined;
}

/**
 * Takes the manifest, config and layers that an engine with a containerd store keeps, as they are: nothing is
 * made, nothing is compressed. The id of such an image is the digest of its manifest, or of an index above it.
 * @throws {ShipError} IDENTITY_BROKEN when the engine's bytes are not the image's
 */
export async function takeStoredImage(options: StoredImageOptions): Promise<PackedImage> {
  const { engine, image, platform, store, signal } = options;
  const wanted = { imageId: image.id, origin: 'stored' } as const;
  const known = await findPacked(store, wanted);
  if (known !== undefined) return known;

  const layout = await readLayout(await engine.images.save(image.id, signal), options);
  const manifest = await findManifest(layout, { root: image.id, platform });
  const { configBytes: _, ...parts } = await followChain(layout, manifest, {
    ...options,
    diffIds: image.diffIds,
  });
  const packed: PackedImage = { ...wanted, ...parts };
  await keepPacked(store, packed);
  return packed;
}
