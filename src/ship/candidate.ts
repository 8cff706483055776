import { buffer } from 'node:stream/consumers';
import type { Manifest, Repository } from '../registry/contract.ts';
import { missesBlob, putCompleteManifest } from '../registry/put-complete-manifest.ts';
import type { PackedImage } from './packed-image.ts';
import type { BlobStore, StoredBlob } from './store.ts';

export interface CandidateOptions {
  readonly repository: Repository;
  readonly packed: PackedImage;
  readonly store: BlobStore;
  /** Other repositories of the same registry that may share layers. */
  readonly mountFrom: readonly string[];
  /** Told as the registry confirms bytes. */
  readonly onUploaded?: ((blob: StoredBlob, how: string) => void) | undefined;
}

export interface Candidate {
  /** Whether the registry had it whole already. */
  readonly wasThere: boolean;
  readonly manifestBytes: Uint8Array;
}

/**
 * Puts the packed image into the repository under its digest and under no tag. What is there already is
 * not sent again. The manifest is read back before this resolves.
 */
export async function pushCandidate(options: CandidateOptions): Promise<Candidate> {
  const { repository, packed, store } = options;
  const manifestBytes = new Uint8Array(await buffer(store.open(packed.manifest.digest)));
  // Hashed by the client: a manifest that reads back under its digest was accepted with its blobs.
  const present = await repository.manifests.read(packed.manifest.digest);
  if (present !== undefined) return { wasThere: true, manifestBytes };

  await putCompleteManifest(repository, {
    bytes: manifestBytes,
    mediaType: packed.manifest.mediaType,
    blobs: distinct([packed.config, ...packed.layers]).map((blob) => ({
      digest: blob.digest,
      sizeBytes: blob.sizeBytes,
      open: (offset) => store.open(blob.digest, offset),
      mountFrom: options.mountFrom,
    })),
    onBlob: (blob, how) => options.onUploaded?.(blob, how),
  });
  return { wasThere: false, manifestBytes };
}

function distinct(blobs: readonly StoredBlob[]): readonly StoredBlob[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

export interface IndexCandidate {
  readonly repository: Repository;
  readonly index: Manifest;
  /** Puts what the index names, as far as it is not there. */
  readonly pushChildren: () => Promise<void>;
}

/**
 * Puts an index under its digest, after its children: no registry takes it before. One that collected a child in
 * between gets it once more.
 * @throws {RegistryError} MANIFEST_INCOMPLETE when it still misses one
 */
export async function pushIndexCandidate(candidate: IndexCandidate): Promise<void> {
  const { repository, index, pushChildren } = candidate;
  for (let isLast = false; ; isLast = true) {
    await pushChildren();
    if ((await repository.manifests.read(index.digest)) !== undefined) return;
    try {
      await repository.manifests.put({ bytes: index.bytes, mediaType: index.mediaType });
      return;
    } catch (error) {
      if (isLast || !missesBlob(error)) throw error;
    }
  }
}
