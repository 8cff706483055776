import { pipeline, Readable, type Duplex } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract, type Header } from 'tar-stream';

/** Bytes that may be read to their end or left at any point; what is left is skipped. */
export type Bytes = AsyncIterable<Uint8Array>;

/**
 * Reads a tar entry by entry, in order; what `visit` leaves of an entry is skipped.
 * @throws what broke the tar, or the reason of the signal
 */
export async function readTar(
  tar: Readable,
  visit: (header: Header, content: Bytes) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const entries = extract();
  let broken: Error | undefined;
  tar.on('error', (error) => {
    broken ??= error;
    entries.destroy(error);
  });
  tar.pipe(entries);
  try {
    for await (const entry of entries) {
      signal.throwIfAborted();
      const { content, skip } = open(entry);
      await visit(entry.header, content);
      await skip();
    }
  } catch (error) {
    // The tar says only that it was destroyed; its source says why.
    throw broken ?? error;
  } finally {
    tar.destroy();
  }
}

/** Whoever stops in the middle of an entry must not destroy the tar that it is in. */
function open(entry: AsyncIterable<unknown>): {
  readonly content: Bytes;
  readonly skip: () => Promise<void>;
} {
  const iterator = entry[Symbol.asyncIterator]();
  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      // A byte stream without an encoding gives bytes and nothing else; its type does not say so.
      if (next.value instanceof Uint8Array) yield next.value;
    }
  }
  return {
    content: { [Symbol.asyncIterator]: read },
    skip: async () => {
      while ((await iterator.next()).done !== true);
    },
  };
}

/** The first bytes, at least `sizeBytes` unless there are fewer, and everything from the first byte on. */
export async function peek(
  content: Bytes,
  sizeBytes: number,
): Promise<{ readonly beginning: Buffer; readonly whole: Bytes }> {
  const iterator = content[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let seenBytes = 0;
  while (seenBytes < sizeBytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    pieces.push(next.value);
    seenBytes += next.value.length;
  }
  const beginning = joined(pieces);
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield beginning;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  return { beginning, whole: { [Symbol.asyncIterator]: whole } };
}

/** At most the first `sizeBytes`. */
export async function readBeginning(content: Bytes, sizeBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let seenBytes = 0;
  for await (const piece of content) {
    pieces.push(piece);
    seenBytes += piece.length;
    if (seenBytes >= sizeBytes) break;
  }
  return joined(pieces).subarray(0, sizeBytes);
}

/** One piece, as nearly every file has, is not copied. */
function joined(pieces: readonly Uint8Array[]): Buffer {
  const [first, ...others] = pieces;
  if (first === undefined || others.length > 0) return Buffer.concat(pieces);
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
}

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** A stream of what the bytes hold, unpacked when they begin like something packed. */
export function unpack(beginning: Buffer, whole: Bytes): Readable {
  const source = Readable.from(whole, { objectMode: false });
  const unpacker = unpackerOf(beginning);
  if (unpacker === undefined) return source;
  // What breaks on the way ends the tar with the same error.
  pipeline(source, unpacker, () => undefined);
  return unpacker;
}

export function isPacked(beginning: Buffer): boolean {
  return [GZIP, ZSTD].some((magic) => beginning.subarray(0, magic.length).equals(magic));
}

function unpackerOf(beginning: Buffer): Duplex | undefined {
  if (beginning.subarray(0, GZIP.length).equals(GZIP)) return createGunzip();
  if (beginning.subarray(0, ZSTD.length).equals(ZSTD)) return createZstdDecompress();
  return undefined;
}
