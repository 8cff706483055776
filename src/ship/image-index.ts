import { z } from 'zod';
import type { Digest } from '../kernel/digest.ts';
import { renderPlatform } from '../kernel/platform.ts';
import { OCI_INDEX } from '../registry/media-types.ts';
import { ShipError } from './errors.ts';
import type { PackedImage } from './packed-image.ts';

/**
 * What an image config says it runs on, and, by the same names, an index.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
 */
const configPlatformSchema = z.object({
  architecture: z.string().min(1),
  os: z.string().min(1),
  'os.version': z.string().optional(),
  'os.features': z.array(z.string()).optional(),
  variant: z.string().optional(),
});

/** As the config of the image says it. In the order in which an index writes it. */
export type IndexPlatform = z.infer<typeof configPlatformSchema>;

export interface IndexedImage {
  readonly manifest: PackedImage['manifest'];
  readonly platform: IndexPlatform;
}

/**
 * From the bytes of the config, that is, of what was built and tested: what was asked for is not what counts.
 * @throws {ShipError} IDENTITY_BROKEN when it names none
 */
export function platformOfConfig(config: string): IndexPlatform {
  const parsed = configPlatformSchema.safeParse(JSON.parse(config));
  if (parsed.success) return parsed.data;
  throw new ShipError('IDENTITY_BROKEN', 'an image config does not say what it runs on');
}

/**
 * The index's bytes: children by platform, fixed key order, no time, no spaces, so that equal images give an equal
 * digest, in whichever order they were named.
 * @throws {ShipError} INDEX_AMBIGUOUS when two images are for one platform
 */
export function renderIndex(images: readonly IndexedImage[]): string {
  const sorted = images
    .map((image) => ({ ...image, name: nameOf(image.platform) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const twin = sorted.find(({ name }, index) => sorted[index + 1]?.name === name);
  if (twin !== undefined)
    throw new ShipError(
      'INDEX_AMBIGUOUS',
      `two images of the index are for ${twin.name}: whoever pulls it would get either`,
    );
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: sorted.map(({ manifest, platform }) => ({
      mediaType: manifest.mediaType,
      digest: manifest.digest satisfies Digest,
      size: manifest.sizeBytes,
      platform,
    })),
  });
}

function nameOf({ os, architecture, variant, ...more }: IndexPlatform): string {
  const plain = renderPlatform({
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
  });
  const details = [more['os.version'], ...(more['os.features'] ?? [])];
  return [plain, ...details.filter((each) => each !== undefined)].join(' ');
}
