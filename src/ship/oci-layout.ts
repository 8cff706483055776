import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Header } from 'tar-stream';
import { isDigest, type Digest } from '../kernel/digest.ts';
import {
  incoherent,
  indexSchema,
  MAX_DOCUMENT_BYTES,
  parseDocument,
  type ImageSource,
} from './image-source.ts';
import type { BlobStore, StoredBlob } from './store.ts';
import { readEntries, readWhole, type TarEntry } from './tar-entries.ts';

export interface LayoutOptions {
  readonly store: BlobStore;
  readonly signal: AbortSignal;
  /** Told as bytes go by. */
  readonly onBytes?: ((sizeBytes: number) => void) | undefined;
}

/**
 * Reads a tar of an OCI image layout, as containerd, BuildKit, skopeo and buildah write it, into the store. Each
 * blob is taken as it is, and has to have the digest of its name. Nothing is unpacked.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 * @throws {ShipError} IDENTITY_BROKEN when it is no layout, or a blob is another one than its name says
 */
export async function readLayout(tar: Readable, options: LayoutOptions): Promise<ImageSource> {
  const { store, signal } = options;
  const blobs = new Map<Digest, StoredBlob>();
  let index: Buffer | undefined;
  await readEntries(tar, async (entry) => {
    signal.throwIfAborted();
    const digest = blobOf(entry.header);
    if (digest !== undefined) blobs.set(digest, await takeBlob(digest, entry, options));
    else if (isFile(entry.header, 'index.json')) index = await readSmall(entry);
    else entry.skip();
  });
  if (index === undefined) throw incoherent('it has no `index.json`, and is no OCI image layout');
  return {
    entries: parseDocument(indexSchema, index, '`index.json`').manifests,
    readDocument: async ({ digest }) => {
      const blob = blobs.get(digest);
      if (blob === undefined) return undefined;
      if (blob.sizeBytes <= MAX_DOCUMENT_BYTES) return await buffer(store.open(digest));
      throw incoherent(`the blob ${digest} is no document: it has ${String(blob.sizeBytes)} bytes`);
    },
    openLayer: ({ digest, size }) =>
      Promise.resolve(blobs.get(digest)?.sizeBytes === size ? store.open(digest) : undefined),
  };
}

function isFile({ type, name }: Header, wanted: string): boolean {
  return type === 'file' && name.replace(/^\.\//u, '') === wanted;
}

function blobOf({ type, name }: Header): Digest | undefined {
  const hex = /^(?:\.\/)?blobs\/sha256\/([^/]+)$/u.exec(name)?.[1];
  const digest = `sha256:${hex ?? ''}`;
  return type === 'file' && isDigest(digest) ? digest : undefined;
}

/** What the store has, it has hashed: these bytes need not be. */
async function takeBlob(
  digest: Digest,
  entry: TarEntry,
  { store, onBytes }: LayoutOptions,
): Promise<StoredBlob> {
  const named = { digest, sizeBytes: entry.header.size ?? 0 };
  const bytes = counted(entry.bytes, onBytes);
  if (await store.has(named)) {
    for await (const chunk of bytes) void chunk;
    return named;
  }
  const blob = await store.write(bytes);
  if (blob.digest === digest) return blob;
  throw incoherent(`the blob ${digest} has other bytes, of the digest ${blob.digest}`);
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  onBytes: LayoutOptions['onBytes'],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}

async function readSmall(entry: TarEntry): Promise<Buffer> {
  const bytes = await readWhole(entry, MAX_DOCUMENT_BYTES);
  if (bytes !== undefined) return bytes;
  throw incoherent(`its \`index.json\` is larger than ${String(MAX_DOCUMENT_BYTES)} bytes`);
}
