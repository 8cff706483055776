import { createCipheriv, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const BLOCK_BYTES = 1024 ** 2;

/** Bytes that do not compress at all: another key gives other bytes, the same key the same. */
export function* noise(sizeBytes: number, key: Buffer): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(BLOCK_BYTES);
  for (let left = sizeBytes; left > 0; left -= BLOCK_BYTES)
    yield cipher.update(left < BLOCK_BYTES ? zeros.subarray(0, left) : zeros);
}

/** Blocks that do not compress, in turn with blocks of digits that compress to a half. */
export function* noiseAndDigits(sizeBytes: number, key: Buffer): Generator<Buffer> {
  let left = sizeBytes;
  for (const block of noise(sizeBytes, key)) {
    const digits = Buffer.from(block.toString('hex', 0, BLOCK_BYTES / 2), 'latin1');
    for (const piece of [block, digits]) {
      yield piece.subarray(0, left);
      left -= piece.length;
      if (left <= 0) return;
    }
  }
}

/** Machine code and text as images are made of: files of this machine, and a beginning that nobody else has. */
export async function* programs(
  sizeBytes: number,
  files: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<Buffer> {
  const beginning = randomBytes(64);
  yield beginning;
  let left = sizeBytes - beginning.length;
  for await (const path of files) {
    const content: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: BLOCK_BYTES });
    for await (const bytes of content) {
      yield bytes.subarray(0, left);
      left -= bytes.length;
      if (left <= 0) return;
    }
  }
  throw new Error(`the files are ${left} bytes too short`);
}

/** All files below a folder, in the order of their paths. */
export async function* filesBelow(folder: string): AsyncGenerator<string> {
  const children = await readdir(folder, { withFileTypes: true });
  for (const child of children.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, child.name);
    if (child.isDirectory()) yield* filesBelow(path);
    else if (child.isFile()) yield path;
  }
}
