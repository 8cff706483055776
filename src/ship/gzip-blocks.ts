import { promisify } from 'node:util';
import { deflateRaw, gzip } from 'node:zlib';

const compress = promisify(gzip);
const deflate = promisify(deflateRaw);

/** Bytes that one block of the input has. Part of `PACKER_VERSION`: another size gives other bytes. */
const BLOCK_BYTES = 1024 ** 2;
/** Node's thread pool has four threads. */
const BLOCKS_AT_ONCE = 4;
/** The most that zlib takes, 256 KiB: a tenth faster than its default. Part of `PACKER_VERSION`. */
const MEM_LEVEL = 9;
/** Output comes in pieces of this size. Part of `PACKER_VERSION`: what is stored is cut accordingly. */
const OUTPUT_BYTES = 65_536;

/** Pieces of a block that are tried, evenly spread. Part of `PACKER_VERSION`, as is what follows. */
const PIECES = 8;
const PIECE_BYTES = 4096;
/** A block whose pieces stay larger than this is stored: what is compressed already only costs time. */
const DENSE_SHARE = 0.98;

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
  // Blocks are used again and again: garbage of this size piles up faster than it is collected.
  const spare: Buffer[] = [];
  const pack = async (block: Buffer): Promise<Buffer> => {
    const packed = await packBlock(block, level);
    if (block.length === BLOCK_BYTES) spare.push(block);
    return packed;
  };
  try {
    for await (const block of blocksOf(input, spare)) {
      if (underWay.length >= BLOCKS_AT_ONCE) yield await takeFirst(underWay);
      underWay.push(pack(block));
    }
    while (underWay.length > 0) yield await takeFirst(underWay);
  } finally {
    await Promise.allSettled(underWay);
  }
}

async function packBlock(block: Buffer, level: number): Promise<Buffer> {
  return await compress(block, {
    level: (await isDense(block)) ? 0 : level,
    memLevel: MEM_LEVEL,
    chunkSize: OUTPUT_BYTES,
  });
}

/** Whether a block will hardly get smaller. Decided by its bytes alone. */
async function isDense(block: Buffer): Promise<boolean> {
  const stride = Math.floor(block.length / PIECES);
  if (stride < PIECE_BYTES) return false;
  const pieces = Buffer.concat(
    Array.from({ length: PIECES }, (_, index) =>
      block.subarray(index * stride, index * stride + PIECE_BYTES),
    ),
  );
  return (await deflate(pieces, { level: 1 })).length > pieces.length * DENSE_SHARE;
}

async function takeFirst(underWay: Promise<Buffer>[]): Promise<Buffer> {
  const first = underWay.shift();
  return first === undefined ? Buffer.alloc(0) : await first;
}

/** Cuts a stream into blocks of exactly `BLOCK_BYTES`; the last may be shorter, and there is always one. */
async function* blocksOf(
  input: AsyncIterable<Uint8Array>,
  spare: Buffer[],
): AsyncGenerator<Buffer> {
  const next = (): Buffer => spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let block = next();
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
      block = next();
      filled = 0;
    }
  }
  if (filled > 0 || isEmpty) yield block.subarray(0, filled);
}
