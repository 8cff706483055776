import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Bytes that one block of the input has. Part of `PACKER_VERSION`: another size gives other bytes. */
const BLOCK_BYTES = 1024 ** 2;
/** Node's thread pool has four threads. */
const BLOCKS_AT_ONCE = 4;

/**
 * Compresses a stream as gzip members of one block each, several at the same time. The result is one valid
 * gzip file whose bytes do not depend on how many ran at once.
 * @see https://datatracker.ietf.org/doc/html/rfc1952#section-2.2
 */
export async function* gzipBlocks(
  input: AsyncIterable<Uint8Array>,
  level: number,
): AsyncGenerator<Buffer> {
  const underWay: Promise<Buffer>[] = [];
  try {
    for await (const block of blocksOf(input)) {
      if (underWay.length >= BLOCKS_AT_ONCE) yield await takeFirst(underWay);
      underWay.push(compress(block, { level }));
    }
    while (underWay.length > 0) yield await takeFirst(underWay);
  } finally {
    await Promise.allSettled(underWay);
  }
}

async function takeFirst(underWay: Promise<Buffer>[]): Promise<Buffer> {
  const first = underWay.shift();
  return first === undefined ? Buffer.alloc(0) : await first;
}

/** Cuts a stream into blocks of exactly `BLOCK_BYTES`; the last may be shorter, and there is always one. */
async function* blocksOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  let filled = 0;
  let isEmpty = true;
  for await (const chunk of input) {
    let offset = 0;
    while (offset < chunk.length) {
      const length = Math.min(BLOCK_BYTES - filled, chunk.length - offset);
      block.set(chunk.subarray(offset, offset + length), filled);
      filled += length;
      offset += length;
      if (filled < BLOCK_BYTES) continue;
      yield block;
      isEmpty = false;
      block = Buffer.allocUnsafe(BLOCK_BYTES);
      filled = 0;
    }
  }
  if (filled > 0 || isEmpty) yield block.subarray(0, filled);
}
