import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { openSmallDisk } from '../host/testing/small-disk.ts';
import { openBlobStore } from './store.ts';

const MiB = 1024 ** 2;

async function* bytes(sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let left = sizeBytes; left > 0; left -= 64 * 1024) {
    yield await Promise.resolve(Buffer.alloc(Math.min(left, 64 * 1024), left % 251));
  }
}

test('a full disk fails the write, leaves no draft and no blob that is half there', async () => {
  await using disk = await openSmallDisk({ sizeBytes: MiB });
  const store = await openBlobStore(join(disk.path, 'store'));
  const kept = await store.write(bytes(200_000));

  const write = store.write(bytes(2 * MiB));

  await expect(write).rejects.toMatchObject({ code: 'STORE_FAILED', cause: { code: 'ENOSPC' } });
  expect(await readdir(join(disk.path, 'store', 'tmp'))).toEqual([]);
  expect(await readdir(join(disk.path, 'store', 'blobs', 'sha256'))).toHaveLength(1);
  expect(await store.has(kept)).toBe(true);
  expect(await buffer(store.open(kept.digest))).toHaveLength(200_000);
  await expect(store.writeRecord('large', 'x'.repeat(2 * MiB))).rejects.toThrow('ENOSPC');
  expect(await store.readRecord('large')).toBeUndefined();
});

test('a disk without inodes is told like a full one', async () => {
  await using disk = await openSmallDisk({ sizeBytes: MiB, inodes: 20 });
  const store = await openBlobStore(join(disk.path, 'store'));
  await mkdir(join(disk.path, 'many'));
  await (async () => {
    for (let count = 0; ; count += 1) await writeFile(join(disk.path, 'many', String(count)), '');
  })().catch(() => undefined);

  const write = store.write(bytes(10));

  await expect(write).rejects.toMatchObject({ code: 'STORE_FAILED', cause: { code: 'ENOSPC' } });
});

test('a disk that became read-only fails the write, and what is there can still be read', async () => {
  await using disk = await openSmallDisk({ sizeBytes: MiB });
  const folder = join(disk.path, 'store');
  const store = await openBlobStore(folder);
  const kept = await store.write(bytes(1000));
  await disk.makeReadOnly();

  const write = store.write(bytes(10));

  await expect(write).rejects.toMatchObject({ code: 'STORE_FAILED', cause: { code: 'EROFS' } });
  expect(await buffer(store.open(kept.digest))).toHaveLength(1000);
});

test('a path that is too long is told with its cause', async () => {
  const folder = join(tmpdir(), ...Array.from({ length: 20 }, () => 'x'.repeat(250)));

  await expect(openBlobStore(folder)).rejects.toMatchObject({
    code: 'STORE_FAILED',
    cause: { code: 'ENAMETOOLONG' },
  });
});

test('a store on another file system than the temporary folder works: drafts are neighbours', async () => {
  await using disk = await openSmallDisk({ sizeBytes: MiB });
  const store = await openBlobStore(join(disk.path, 'store'));

  const blob = await store.write(bytes(1000));

  expect((await stat(disk.path)).dev).not.toBe((await stat(tmpdir())).dev);
  expect(await store.has(blob)).toBe(true);
});
