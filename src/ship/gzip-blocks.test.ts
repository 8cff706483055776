import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gzipBlocks } from './gzip-blocks.ts';

const MIB = 1024 ** 2;

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size)
    yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function* failing(): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.alloc(2 * MIB));
  throw new Error('the engine died');
}

async function compress(bytes: Buffer, chunkSize: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of gzipBlocks(chunks(bytes, chunkSize), 6)) parts.push(part);
  return Buffer.concat(parts);
}

test.each([0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 7])(
  '%i bytes come back as they were',
  async (size) => {
    const bytes = randomBytes(size);

    const packed = await compress(bytes, 65_536);

    expect(gunzipSync(packed).equals(bytes)).toBe(true);
  },
);

test('the result does not depend on how the input was cut', async () => {
  const bytes = Buffer.alloc(3 * MIB + 5, 'seatrial');

  expect((await compress(bytes, 1000)).equals(await compress(bytes, 2 * MIB))).toBe(true);
});

test('what is compressed already is stored', async () => {
  const bytes = randomBytes(2 * MIB);

  const packed = await compress(bytes, 65_536);

  expect(packed.length).toBeGreaterThan(bytes.length);
  expect(packed.length).toBeLessThan(bytes.length * 1.001);
  expect(gunzipSync(packed).equals(bytes)).toBe(true);
});

test('a block that is compressed already only in part is compressed as a whole', async () => {
  const bytes = Buffer.concat([randomBytes(MIB / 2), Buffer.alloc(MIB / 2, 'ahoy')]);

  const packed = await compress(bytes, 65_536);

  expect(packed.length).toBeLessThan(bytes.length * 0.51);
});

test('a failing input fails the output', async () => {
  await expect(Array.fromAsync(gzipBlocks(failing(), 6))).rejects.toThrow('the engine died');
});
