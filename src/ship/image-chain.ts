import type { Readable } from 'node:stream';
import type { Digest } from '../kernel/digest.ts';
import { incoherent, parseDocument, requireDocument, type ImageSource } from './image-source.ts';
import { diffIdOf, type LayerReading } from './layer-diff.ts';
import { imageConfigSchema, type PackedImage, type PackedLayer } from './packed-image.ts';
import type { PlatformManifest } from './platform-manifest.ts';

/** The parts of an image, each of which was held against the one above it. */
export type ImageParts = Pick<PackedImage, 'manifest' | 'config' | 'layers'> & {
  readonly configBytes: Buffer;
};

/**
 * Follows an image from its manifest to its files: the config that the manifest names, the layers, and that each
 * unpacks to what the config lists and the engine says.
 * @throws {ShipError} IDENTITY_BROKEN at the first link that does not hold
 */
export async function followChain(
  source: ImageSource,
  manifest: PlatformManifest,
  reading: LayerReading & { readonly diffIds: readonly Digest[] },
): Promise<ImageParts> {
  const { digest, mediaType, bytes, document } = manifest;
  const { config, layers = [] } = document;
  if (config === undefined) throw incoherent(`its manifest ${digest} has no config`);
  const configBytes = await requireDocument(source, config);
  const { rootfs } = parseDocument(imageConfigSchema, configBytes, `the config ${config.digest}`);
  if (rootfs.diff_ids.join() !== reading.diffIds.join())
    throw incoherent(`its config ${config.digest} lists other layers than the engine says`);
  if (rootfs.diff_ids.length !== layers.length)
    throw incoherent(
      `its manifest has ${String(layers.length)} layers, and its config ${String(rootfs.diff_ids.length)}`,
    );
  const followed: PackedLayer[] = [];
  for (const [index, layer] of layers.entries()) {
    const diffId = await diffIdOf(layer, async () => await openLayer(source, layer), reading);
    const listed = rootfs.diff_ids[index];
    if (diffId !== listed)
      throw incoherent(
        `its layer ${layer.digest} unpacks to ${diffId}, and its config lists ${String(listed)}`,
      );
    followed.push({
      digest: layer.digest,
      sizeBytes: layer.size,
      diffId,
      mediaType: layer.mediaType,
    });
  }
  return {
    manifest: { digest, sizeBytes: bytes.length, mediaType },
    config: { digest: config.digest, sizeBytes: config.size },
    configBytes,
    layers: followed,
  };
}

async function openLayer(
  source: ImageSource,
  layer: { readonly digest: Digest; readonly size: number },
): Promise<Readable> {
  const bytes = await source.openLayer(layer);
  if (bytes !== undefined) return bytes;
  throw incoherent(`the layer ${layer.digest} of ${String(layer.size)} bytes is missing`);
}
