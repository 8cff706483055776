import { z } from 'zod';
import {
  normalizePlatform,
  parsePlatform,
  renderPlatform,
  type Platform,
} from '../kernel/platform.ts';
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
 * What an image is listed for: what its config says, that is, what was built and tested, once it is what was asked for.
 * A Dockerfile with a platform of its own in `FROM` builds something else.
 * @throws {ShipError} PLATFORM_MISMATCH
 */
export function platformInIndex(config: string, asked: string): IndexPlatform {
  const parsed = configPlatformSchema.safeParse(JSON.parse(config));
  if (!parsed.success) throw mismatch(asked, 'its config does not say what it runs on');
  const { os, architecture, variant } = parsed.data;
  const wanted = normalizedPlatform(asked);
  const found = normalizePlatform({
    os,
    architecture,
    // A builder that knows no variants of a platform writes none.
    ...(variant === undefined ? variantOf(wanted) : { variant }),
  });
  if (wanted === undefined || renderPlatform(found) !== renderPlatform(wanted))
    throw mismatch(asked, `is for ${renderPlatform(found)}`);
  return { ...parsed.data, ...variantOf(wanted), ...(variant === undefined ? {} : { variant }) };
}

function normalizedPlatform(text: string): Platform | undefined {
  const platform = parsePlatform(text);
  return platform && normalizePlatform(platform);
}

function variantOf(platform: Platform | undefined): Pick<Platform, 'variant'> {
  return platform?.variant === undefined ? {} : { variant: platform.variant };
}

function mismatch(asked: string, what: string): ShipError {
  return new ShipError('PLATFORM_MISMATCH', `the image that was built for ${asked} ${what}`);
}

/**
 * The index's bytes: children by platform, fixed key order, no time, no spaces, so that equal images give an equal
 * digest, in whichever order they were named.
 */
export function renderIndex(images: readonly IndexedImage[]): string {
  const sorted = images
    .map((image) => ({ ...image, name: nameOf(image.platform) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: sorted.map(({ manifest, platform }) => ({
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.sizeBytes,
      platform,
    })),
  });
}

function nameOf({ os, architecture, variant }: IndexPlatform): string {
  return renderPlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) });
}
