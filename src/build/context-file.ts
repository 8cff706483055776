import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../kernel/digest.ts';
import {
  contextError,
  isSameStamp,
  stampOf,
  type ContextEntry,
  type FileStamp,
} from './context.ts';
import { BuildError } from './errors.ts';

/** A file of the context that is to be what it was. */
export interface ExpectedFile {
  /** Absolute folder of the context. */
  readonly folder: string;
  readonly entry: ContextEntry;
  /** What it contained when the content key was made. Absent: only size and times are compared. */
  readonly digest?: Digest | undefined;
}

const PIECE_BYTES = 256 * 1024;

/**
 * The whole content of a small file, synchronously: five asynchronous calls for each of ten thousand small
 * files take seconds.
 * @throws {BuildError} BUILD_CONTEXT_CHANGED, BUILD_CONTEXT_UNREADABLE
 */
export function readWholeFile(file: ExpectedFile): Buffer {
  const { entry } = file;
  const descriptor = accessing(entry, () => openSync(absoluteOf(file), 'r'));
  try {
    assertStamp(entry, stampOf(fstatSync(descriptor, { bigint: true })));
    const content = Buffer.alloc(entry.sizeBytes);
    const readBytes = accessing(entry, () => readSync(descriptor, content, 0, entry.sizeBytes, 0));
    if (readBytes < entry.sizeBytes) throw changed(entry, 'became shorter');
    assertStamp(entry, stampOf(fstatSync(descriptor, { bigint: true })));
    if (file.digest !== undefined) {
      assertDigest(file, `sha256:${createHash('sha256').update(content).digest('hex')}`);
    }
    return content;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The content of a file of any size, piece by piece. After the last piece it is known that the file did not
 * change meanwhile.
 * @throws {BuildError} BUILD_CONTEXT_CHANGED, BUILD_CONTEXT_UNREADABLE
 */
export async function* readPieces(file: ExpectedFile): AsyncGenerator<Buffer> {
  const { entry } = file;
  const handle = await accessingSoon(entry, () => open(absoluteOf(file), 'r'));
  try {
    assertStamp(entry, stampOf(await handle.stat({ bigint: true })));
    const hash = createHash('sha256');
    for (let position = 0; position < entry.sizeBytes;) {
      const size = Math.min(PIECE_BYTES, entry.sizeBytes - position);
      const { bytesRead, buffer } = await accessingSoon(entry, () =>
        handle.read(Buffer.allocUnsafe(size), 0, size, position),
      );
      if (bytesRead === 0) throw changed(entry, 'became shorter');
      const piece = buffer.subarray(0, bytesRead);
      if (file.digest !== undefined) hash.update(piece);
      yield piece;
      position += bytesRead;
    }
    assertStamp(entry, stampOf(await handle.stat({ bigint: true })));
    if (file.digest !== undefined) assertDigest(file, `sha256:${hash.digest('hex')}`);
  } finally {
    await handle.close();
  }
}

function absoluteOf({ folder, entry }: ExpectedFile): string {
  return join(folder, entry.path);
}

function assertStamp(entry: ContextEntry, found: FileStamp): void {
  if (isSameStamp(found, entry.stamp)) return;
  throw changed(
    entry,
    found.sizeBytes === entry.sizeBytes
      ? 'was written to'
      : `went from ${String(entry.sizeBytes)} to ${String(found.sizeBytes)} bytes`,
  );
}

function assertDigest({ entry, digest }: ExpectedFile, found: Digest): void {
  if (digest !== found) throw changed(entry, 'got other content than the plan was made for');
}

function changed(entry: ContextEntry, how: string): BuildError {
  return new BuildError('BUILD_CONTEXT_CHANGED', `${entry.path} ${how} before the build read it`, {
    details: { path: entry.path },
  });
}

function accessing<Value>(entry: ContextEntry, access: () => Value): Value {
  try {
    return access();
  } catch (error) {
    throw contextError(entry.path, error);
  }
}

async function accessingSoon<Value>(
  entry: ContextEntry,
  access: () => Promise<Value>,
): Promise<Value> {
  try {
    return await access();
  } catch (error) {
    throw contextError(entry.path, error);
  }
}
