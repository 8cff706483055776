import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { readTextIfThere, syncFolder, writeFileAtomically } from '../host/files.ts';
import {
  decodeIdentity,
  encodeIdentity,
  identifyProcess,
  livenessOf,
} from '../host/process-identity.ts';
import { hexOf, type Digest } from '../kernel/digest.ts';
import { messageOf, systemCodeOf } from '../kernel/errors.ts';
import { ShipError } from './errors.ts';

/** A blob as the registry will know it. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * A content-addressed folder of packed layers, configs and manifests. A name appears only with its whole
 * content behind it, so a crash leaves temporary files and nothing else.
 */
export interface BlobStore {
  readonly folder: string;
  /** Absent unless the blob is there with the size it should have. */
  has(blob: StoredBlob): Promise<boolean>;
  open(digest: Digest, offset?: number): Readable;
  /** Writes a stream, or pieces at hand, under the digest of their bytes, which are hashed on the way. */
  write(bytes: Pieces): Promise<StoredBlob>;
  /** Small records beside the blobs: what was packed from what. */
  readRecord(name: string): Promise<string | undefined>;
  writeRecord(name: string, text: string): Promise<void>;
}

/** Opens the store and drops the temporary files of processes that died. */
export async function openBlobStore(folder: string): Promise<BlobStore> {
  const blobs = join(folder, 'blobs', 'sha256');
  const temporary = join(folder, 'tmp');
  try {
    await Promise.all([
      mkdir(blobs, { recursive: true }),
      mkdir(temporary, { recursive: true }),
      mkdir(join(folder, 'records'), { recursive: true }),
    ]);
    await dropAbandoned(temporary);
  } catch (error) {
    throw storeFailure(folder, error);
  }
  const pathOf = (digest: Digest): string => join(blobs, hexOf(digest));

  return Object.freeze({
    folder,
    has: async (blob: StoredBlob) => (await sizeOf(pathOf(blob.digest))) === blob.sizeBytes,
    open: (digest: Digest, offset = 0) => createReadStream(pathOf(digest), { start: offset }),
    write: async (bytes: Pieces) => {
      const draft = join(temporary, draftName());
      try {
        const blob = await writeHashed(draft, bytes);
        await onDisk(folder, rename(draft, pathOf(blob.digest)));
        await onDisk(folder, syncFolder(blobs));
        return blob;
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    readRecord: async (name: string) => await readTextIfThere(join(folder, 'records', name)),
    writeRecord: async (name: string, text: string) =>
      await writeFileAtomically(join(folder, 'records', name), text),
  });
}

async function writeHashed(path: string, bytes: Pieces): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await onDisk(path, open(path, 'wx'));
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      await onDisk(path, file.writev([chunk]));
    }
    await onDisk(path, file.sync());
  } finally {
    await file.close();
  }
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes };
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw storeFailure(path, error);
  }
}

function draftName(): string {
  return `${encodeIdentity(identifyProcess())}.${randomBytes(6).toString('hex')}`;
}

async function dropAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder);
  const abandoned = names.filter((name) => {
    const owner = decodeIdentity(name.split('.')[0] ?? '');
    return owner === undefined || livenessOf(owner) === 'dead';
  });
  await Promise.all(abandoned.map(async (name) => await rm(join(folder, name), { force: true })));
}

/** The disk's failures are the store's; those of whoever gives the bytes are not. */
async function onDisk<Result>(path: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw storeFailure(path, error);
  }
}

function storeFailure(path: string, cause: unknown): ShipError {
  return new ShipError('STORE_FAILED', `the layer store at ${path} failed: ${messageOf(cause)}`, {
    cause,
  });
}
