import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identifyProcess, renderIdentity } from '../host/process-identity.ts';
import { digestOf, hexOf } from '../kernel/digest.ts';
import { openBlobStore } from './store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-store-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function* bytesOf(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

async function* failing(text: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(text));
  throw new Error('cut');
}

function draftOf(identity: object): string {
  const owner = renderIdentity({ ...identifyProcess(), ...identity });
  return `${Buffer.from(owner).toString('base64url')}.x`;
}

test('a blob is kept under the digest of its bytes and read from any offset', async () => {
  const store = await openBlobStore(folder);

  const blob = await store.write(bytesOf('hello ', 'world'));

  expect(blob).toEqual({ digest: digestOf('hello world'), sizeBytes: 11 });
  expect(await store.has(blob)).toBe(true);
  expect(String(await buffer(store.open(blob.digest, 6)))).toBe('world');
});

test('a blob of another size than it should have is not there', async () => {
  const store = await openBlobStore(folder);
  const blob = await store.write(bytesOf('hello'));

  await truncate(join(folder, 'blobs', 'sha256', hexOf(blob.digest)), 2);

  expect(await store.has(blob)).toBe(false);
});

test('a write that fails leaves nothing', async () => {
  const store = await openBlobStore(folder);
  await expect(store.write(failing('half'))).rejects.toThrow('cut');

  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  expect(await readdir(join(folder, 'blobs', 'sha256'))).toEqual([]);
});

test('temporary files of dead processes go at the next start, those of live ones stay', async () => {
  await openBlobStore(folder);
  await writeFile(join(folder, 'tmp', draftOf({})), '');
  await writeFile(join(folder, 'tmp', draftOf({ bootId: 'an earlier boot' })), '');
  await writeFile(join(folder, 'tmp', 'nonsense'), '');

  await openBlobStore(folder);

  expect(await readdir(join(folder, 'tmp'))).toEqual([draftOf({})]);
});

test('a store that cannot be made says where and what to do', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');

  const opening = openBlobStore(join(file, 'store'));

  await expect(opening).rejects.toThrow(join(file, 'store'));
  await expect(opening).rejects.toMatchObject({ code: 'STORE_FAILED', exitCode: 3 });
});
