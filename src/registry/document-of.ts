import type { Descriptor, Manifest } from './contract.ts';
import { RegistryError } from './errors.ts';
import { parseManifest } from './manifest-document.ts';

/**
 * What manifests and indexes say. Whether it is the one or the other, `manifests` tells: it is there in an index
 * and in nothing else.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
 */
export interface ManifestDocument {
  /** Absent in an index. */
  readonly config?: Descriptor | undefined;
  /** Absent in an index. */
  readonly layers?: readonly Descriptor[] | undefined;
  /** Of an index: one for each platform, as a rule. Absent in a manifest. */
  readonly manifests?: readonly Descriptor[] | undefined;
  /** What it says of itself; an image says nothing. */
  readonly artifactType?: string | undefined;
  /** The manifest that it belongs to; absent when it stands for itself. */
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Readonly<Record<string, string>> | null | undefined;
}

/**
 * Reads a manifest's bytes: no JSON of another form, no unknown media type, never both an image and an index.
 * What `manifests.read` returned can always be read.
 * @throws {RegistryError} MANIFEST_INVALID
 */
export function documentOf(manifest: Manifest): ManifestDocument {
  const parsed = parseManifest(manifest.bytes, manifest.mediaType);
  if (parsed.ok) return parsed.document;
  throw new RegistryError('MANIFEST_INVALID', `The manifest ${manifest.digest} ${parsed.problem}`);
}
