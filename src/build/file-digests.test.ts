import { chmodSync } from 'node:fs';
import { readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { stampOf, type FileStamp } from './context.ts';
import { isSettled, openFileDigests, type FileDigests } from './file-digests.ts';
import { contextFolder, type ContextFolder } from './testing/context-folder.ts';

const LATER = { now: () => new Date(Date.now() + 10_000) };

async function stampAt(path: string): Promise<FileStamp> {
  return stampOf(await stat(path, { bigint: true }));
}

async function open(folder: ContextFolder, clock = LATER): Promise<FileDigests> {
  const file = join(folder.path, '.seatrial/cache/files.json');
  return await openFileDigests({ file, projectFolder: folder.path, clock });
}

/** Replaces the remembered digest of `a`, so that a test sees whether it was taken from there. */
async function plant(folder: ContextFolder, digest: string): Promise<void> {
  const file = join(folder.path, '.seatrial/cache/files.json');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/sha256:[a-f0-9]{64}/u, digest));
}

const PLANTED = digestOf('planted');

test('a settled file is not read again in the next run', async () => {
  await using folder = await contextFolder({ a: 'content' });
  const path = join(folder.path, 'a');
  const first = await open(folder);
  const read = await first.digestOf(path, await stampAt(path));
  await first.save();
  await plant(folder, PLANTED);

  const remembered = await (await open(folder)).digestOf(path, await stampAt(path));

  expect(read).toBe(digestOf('content'));
  expect(remembered).toBe(PLANTED);
});

test('a file that was written to in the same moment is not remembered, however late that is saved', async () => {
  await using folder = await contextFolder({ a: 'content' });
  const path = join(folder.path, 'a');
  const stamp = await stampAt(path);
  let nowMs = Number(stamp.ctimeNs / 1_000_000n) + 50;
  const digests = await open(folder, { now: () => new Date(nowMs) });

  await digests.digestOf(path, stamp);
  nowMs += 10_000;
  await digests.save();

  await expect(stat(join(folder.path, '.seatrial'))).rejects.toThrow('ENOENT');
});

test('a file that is asked for again when the moment has passed is remembered from then on', async () => {
  await using folder = await contextFolder({ a: 'content' });
  const path = join(folder.path, 'a');
  const stamp = await stampAt(path);
  let nowMs = Number(stamp.ctimeNs / 1_000_000n) + 50;
  const digests = await open(folder, { now: () => new Date(nowMs) });

  await digests.digestOf(path, stamp);
  nowMs += 2_500;
  await digests.digestOf(path, stamp);
  await digests.save();

  await plant(folder, PLANTED);
  expect(await (await open(folder)).digestOf(path, stamp)).toBe(PLANTED);
});

test.each([
  ['a file system that counts seconds', 1_000_000_000n, 2_000],
  ['a file system that counts hundredths', 1_230_000_000n, 2_000],
  ['a file system that counts finer', 1_234_567_890n, 100],
] as const)('on %s a file (%i ns) settles after %i ms', (_, changedNs, afterMs) => {
  const stamp: FileStamp = { sizeBytes: 1, mtimeNs: 0n, ctimeNs: changedNs, inode: 1n };
  const settledNs = changedNs + BigInt(afterMs) * 1_000_000n;

  expect(isSettled(stamp, settledNs)).toBe(false);
  expect(isSettled(stamp, settledNs + 1n)).toBe(true);
  expect(isSettled({ ...stamp, mtimeNs: settledNs }, settledNs + 1n)).toBe(false);
});

test.each([
  ['its size', async (path: string) => await writeFile(path, 'longer content')],
  ['its modification time', async (path: string) => await utimes(path, 1, 1)],
  ['only its change time', async (path: string) => chmodSync(path, 0o600)],
] as const)('a file is read again when %s is another', async (_, change) => {
  await using folder = await contextFolder({ a: 'content' });
  const path = join(folder.path, 'a');
  const first = await open(folder);
  await first.digestOf(path, await stampAt(path));
  await first.save();
  await plant(folder, PLANTED);
  await change(path);

  const digest = await (await open(folder)).digestOf(path, await stampAt(path));

  expect(digest).toBe(digestOf(await readFile(path)));
});

test.each([
  '',
  '{"version":1,"files":{"a',
  '[]',
  '{"version":9,"files":{}}',
  '{"version":1,"files":{"a":[1]}}',
])('a damaged cache (%j) is ignored and made anew', async (damage) => {
  await using folder = await contextFolder({ a: 'content', '.seatrial/cache/files.json': damage });
  const path = join(folder.path, 'a');
  const digests = await open(folder);

  const digest = await digests.digestOf(path, await stampAt(path));
  await digests.save();

  expect(digest).toBe(digestOf('content'));
  await plant(folder, PLANTED);
  expect(await (await open(folder)).digestOf(path, await stampAt(path))).toBe(PLANTED);
});

test('a damaged digest in an intact cache is not believed', async () => {
  await using folder = await contextFolder({ a: 'content' });
  const path = join(folder.path, 'a');
  const first = await open(folder);
  await first.digestOf(path, await stampAt(path));
  await first.save();
  await plant(folder, 'sha256:short');

  expect(await (await open(folder)).digestOf(path, await stampAt(path))).toBe(digestOf('content'));
});

test('a file that is another than the stamp says has no digest', async () => {
  await using folder = await contextFolder({ a: 'content' });
  const path = join(folder.path, 'a');
  const stamp = await stampAt(path);
  await writeFile(path, 'other');

  expect(await (await open(folder)).digestOf(path, stamp)).toBeUndefined();
});

test('a large file is read in pieces to the same digest', async () => {
  await using folder = await contextFolder({ a: '' });
  const path = join(folder.path, 'a');
  await truncate(path, 3_000_000);

  const digest = await (await open(folder)).digestOf(path, await stampAt(path));

  expect(digest).toBe(digestOf(Buffer.alloc(3_000_000)));
});
