import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { digestOf } from '../kernel/digest.ts';
import type { BlobSource, Descriptor, Repository } from './contract.ts';
import { RegistryError } from './errors.ts';
import { OCI_EMPTY } from './media-types.ts';

/** A blob that is in memory. */
export function bytesBlob(bytes: Uint8Array): BlobSource {
  return {
    digest: digestOf(bytes),
    sizeBytes: bytes.length,
    open: (offset) => Readable.from([bytes.subarray(offset)], { objectMode: false }),
  };
}

/**
 * A file as a blob: read once here for its digest, and again when it is uploaded. It must not change in between;
 * when it does, the upload fails with UPLOAD_FAILED or DIGEST_MISMATCH. Rejects as `node:fs` does when the file
 * cannot be read.
 */
export async function fileBlob(path: string): Promise<BlobSource> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of createReadStream(path) as AsyncIterable<Uint8Array>) {
    hash.update(piece);
    sizeBytes += piece.length;
  }
  return {
    digest: `sha256:${hash.digest('hex')}`,
    sizeBytes,
    open: (offset) => createReadStream(path, { start: offset }),
  };
}

/**
 * A blob of another repository, which is read while it is uploaded and kept nowhere. When either connection breaks,
 * the source is read again from its start, and what the upload has already is passed over. The upload fails as
 * `blobs.read` does, with DIGEST_MISMATCH where the source lies, and with UPLOAD_FAILED where there is no such blob.
 * Within one registry `mountFrom` spares the transfer.
 */
export function remoteBlob(
  repository: Repository,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): BlobSource {
  return {
    digest,
    sizeBytes: size,
    open: (offset) =>
      Readable.from(readOn(repository, { digest, size, offset }), { objectMode: false }),
  };
}

const READ_ATTEMPTS = 5;

async function* readOn(
  repository: Repository,
  from: Pick<Descriptor, 'digest' | 'size'> & { readonly offset: number },
): AsyncGenerator<Uint8Array> {
  let { offset } = from;
  for (let attempt = 1; ; attempt += 1) {
    try {
      for await (const piece of readFrom(repository, { ...from, offset })) {
        offset += piece.length;
        yield piece;
      }
      return;
    } catch (error) {
      if (attempt === READ_ATTEMPTS || !isBroken(error)) throw error;
    }
  }
}

async function* readFrom(
  repository: Repository,
  { digest, size, offset }: Parameters<typeof readOn>[1],
): AsyncGenerator<Uint8Array> {
  const contents = await repository.blobs.read(digest, size);
  if (contents === undefined) {
    throw new RegistryError(
      'UPLOAD_FAILED',
      `${repository.address.repository} does not have ${digest}`,
    );
  }
  let at = 0;
  for await (const piece of contents.stream as AsyncIterable<Uint8Array>) {
    const skipped = Math.min(piece.length, Math.max(0, offset - at));
    at += piece.length;
    if (skipped < piece.length) yield piece.subarray(skipped);
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof RegistryError && error.code === 'REGISTRY_UNREACHABLE';
}

/**
 * What an artifact without a configuration has in its place: `{}`.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidance-for-an-empty-descriptor
 */
export const emptyBlob: BlobSource = bytesBlob(Buffer.from('{}'));

/** Names `emptyBlob` in a manifest. */
export const emptyDescriptor: Descriptor = {
  mediaType: OCI_EMPTY,
  digest: emptyBlob.digest,
  size: emptyBlob.sizeBytes,
};
