import { z } from 'zod';
import { isDigest, type Digest } from '../kernel/digest.ts';

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md */
export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

const digest = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value));
const blob = z.object({ digest, sizeBytes: z.int().min(0) });

/**
 * Whose bytes a manifest is made of. `packed`: Seatrial's, from an engine that keeps none. `stored`: the
 * engine's own, from its containerd store. `pushed`: the engine's own, as it pushed them.
 */
export const manifestOrigins = ['packed', 'stored', 'pushed'] as const;
export type ManifestOrigin = (typeof manifestOrigins)[number];

/** An image as it will stand in the registry, down to the digest of its manifest. */
export const packedImageSchema = z.object({
  /** As the engine calls it. */
  imageId: digest,
  origin: z.enum(manifestOrigins).default('packed'),
  manifest: blob.extend({ mediaType: z.string().default(mediaTypes.manifest) }),
  config: blob,
  layers: z.array(blob.extend({ diffId: digest, mediaType: z.string().default(mediaTypes.layer) })),
});

export type PackedImage = z.infer<typeof packedImageSchema>;
export type PackedLayer = PackedImage['layers'][number];

/** The part of an image config that ties it to its layers. */
export const imageConfigSchema = z.object({
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digest) }),
});

/**
 * The manifest's bytes: fixed key order, no time, no spaces, so that equal inputs give an equal digest.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
 */
export function renderManifest(image: Pick<PackedImage, 'config' | 'layers'>): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: {
      mediaType: mediaTypes.config,
      digest: image.config.digest,
      size: image.config.sizeBytes,
    },
    layers: image.layers.map((layer) => ({
      mediaType: mediaTypes.layer,
      digest: layer.digest,
      size: layer.sizeBytes,
    })),
  });
}
