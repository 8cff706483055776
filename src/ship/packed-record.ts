import type { z } from 'zod';
import { digestOf, hexOf, type Digest } from '../kernel/digest.ts';
import { packedImageSchema, type ManifestOrigin, type PackedImage } from './packed-image.ts';
import type { BlobStore, StoredBlob } from './store.ts';

/** Raised when the same layer would get other bytes. */
export const PACKER_VERSION = 'gzip-blocks-3';

const VERSIONS: Readonly<Record<ManifestOrigin, string>> = {
  packed: PACKER_VERSION,
  stored: 'stored-1',
  pushed: 'pushed-1',
};

/** Which form of an image: the same one may have several manifests. */
export interface WantedForm {
  readonly imageId: Digest;
  readonly origin: ManifestOrigin;
  /** `host/name`. Counts for `pushed` alone: its layers are in that repository, and nowhere else. */
  readonly repository?: string | undefined;
}

/** The form, if the store has what it should have of it. A damaged record is as good as none. */
export async function findPacked(
  store: BlobStore,
  wanted: WantedForm,
): Promise<PackedImage | undefined> {
  const packed = await readRecordAs(packedImageSchema, store, recordNameOf(wanted));
  if (packed === undefined) return undefined;
  const layers = wanted.origin === 'pushed' ? [] : packed.layers;
  const blobs: readonly StoredBlob[] = [packed.manifest, packed.config, ...layers];
  const present = await Promise.all(blobs.map(async (blob) => await store.has(blob)));
  return present.every(Boolean) ? packed : undefined;
}

/** @param repository where an engine pushed it */
export async function keepPacked(
  store: BlobStore,
  packed: PackedImage,
  repository?: string,
): Promise<void> {
  await store.writeRecord(recordNameOf({ ...packed, repository }), JSON.stringify(packed));
}

/** Absent when there is none, or none that can be read. */
export async function readRecordAs<Value>(
  schema: z.ZodType<Value>,
  store: BlobStore,
  name: string,
): Promise<Value | undefined> {
  const text = await store.readRecord(name);
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    // A record that is no JSON is a cache miss; anything else is not ours to hide.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function recordNameOf({ imageId, origin, repository }: WantedForm): string {
  const where = origin === 'pushed' ? `-${hexOf(digestOf(repository ?? '')).slice(0, 16)}` : '';
  return `image-${hexOf(imageId)}-${VERSIONS[origin]}${where}.json`;
}
