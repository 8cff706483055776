import type { Digest } from '../kernel/digest.ts';
import { isSamePlatform, renderPlatform, type Platform } from '../kernel/platform.ts';
import type { Manifest } from '../registry/contract.ts';
import { parseManifest } from '../registry/manifest-document.ts';
import { isIndexType, manifestMediaTypes } from '../registry/media-types.ts';
import type { WireManifest } from '../registry/wire.ts';
import {
  incoherent,
  indexSchema,
  parseDocument,
  platformSchema,
  requireDocument,
  type DocumentName,
  type ImageSource,
  type IndexEntry,
} from './image-source.ts';

export interface WantedManifest {
  /** Digest of the manifest, or of an index above it. @default whatever the source lists */
  readonly root?: Digest | undefined;
  readonly platform: Platform;
}

export interface PlatformManifest extends Manifest {
  readonly document: WireManifest;
}

/** An index in an index in an index is nobody's image. */
const MOST_LEVELS = 3;

/**
 * The one manifest of an image for a platform. Attestations that BuildKit puts beside it are none.
 * @throws {ShipError} IDENTITY_BROKEN when there is none, or more than one
 */
export async function findManifest(
  source: ImageSource,
  wanted: WantedManifest,
): Promise<PlatformManifest> {
  const leaves = await leavesOf(source, rootsOf(source, wanted.root), MOST_LEVELS);
  const named = await Promise.all(
    leaves.map(async (leaf) => ({ leaf, platform: await platformOf(source, leaf) })),
  );
  const platform = renderPlatform(wanted.platform);
  const fitting = new Map(
    named
      .filter((each) => each.platform !== undefined && isSamePlatform(each.platform, platform))
      .map(({ leaf }) => [leaf.digest, leaf]),
  );
  const [found, second] = [...fitting.values()];
  if (found === undefined) throw incoherent(`it is for ${listOf(named)}, and not for ${platform}`);
  if (second !== undefined)
    throw incoherent(`for ${platform} it has both ${found.digest} and ${second.digest}`);
  return await readManifest(source, found);
}

function listOf(named: readonly { readonly platform: string | undefined }[]): string {
  const platforms = new Set(named.map(({ platform }) => platform ?? 'a platform that is not said'));
  return [...platforms].join(', ') || 'nothing';
}

function rootsOf({ entries }: ImageSource, root: Digest | undefined): readonly IndexEntry[] {
  const roots = entries.filter(({ digest }) => root === undefined || digest === root);
  if (roots.length > 0) return roots;
  const listed = entries.map(({ digest }) => digest).join(', ') || 'nothing';
  throw incoherent(
    root === undefined ? 'it lists no image' : `it lists ${listed}, and not ${root}`,
  );
}

/** Manifests of images, from the indexes above them. */
async function leavesOf(
  source: ImageSource,
  entries: readonly IndexEntry[],
  levels: number,
): Promise<readonly IndexEntry[]> {
  if (levels === 0) throw incoherent(`its indexes are more than ${String(MOST_LEVELS)} deep`);
  const leaves: IndexEntry[] = [];
  for (const entry of entries.filter(isImage)) {
    if (isIndexType(entry.mediaType)) {
      const bytes = await requireDocument(source, entry);
      const { manifests } = parseDocument(indexSchema, bytes, `the index ${entry.digest}`);
      leaves.push(...(await leavesOf(source, manifests, levels - 1)));
    } else leaves.push(entry);
  }
  return leaves;
}

/** @see https://docs.docker.com/build/metadata/attestations/attestation-storage/ */
function isImage({ mediaType, annotations, platform }: IndexEntry): boolean {
  return (
    manifestMediaTypes.includes(mediaType) &&
    annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest' &&
    platform?.os !== 'unknown'
  );
}

/** Where the index does not say it, the config does. Absent where there is neither. */
async function platformOf(source: ImageSource, leaf: IndexEntry): Promise<string | undefined> {
  if (leaf.platform !== undefined) return nameOf(leaf.platform);
  if ((await source.readDocument(leaf)) === undefined) return undefined;
  const { config } = (await readManifest(source, leaf)).document;
  if (config === undefined) return undefined;
  const bytes = await requireDocument(source, config);
  return nameOf(parseDocument(platformSchema, bytes, `the config ${config.digest}`));
}

function nameOf({ os, architecture, variant }: NonNullable<IndexEntry['platform']>): string {
  return renderPlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) });
}

async function readManifest(source: ImageSource, named: DocumentName): Promise<PlatformManifest> {
  const { digest, mediaType } = named;
  const bytes = await requireDocument(source, named);
  const parsed = parseManifest(bytes, mediaType);
  if (!parsed.ok) throw incoherent(`its manifest ${digest} ${parsed.problem}`);
  return { bytes, digest, mediaType: parsed.mediaType, document: parsed.document };
}
