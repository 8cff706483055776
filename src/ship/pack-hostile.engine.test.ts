import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack as packTar } from 'tar-stream';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectEngine } from '../engine/connect.ts';
import type { Engine, ImageRecord } from '../engine/contract.ts';
import { processEnvironment } from '../host/environment.ts';
import { digestOf, hexOf } from '../kernel/digest.ts';
import { packImage } from './pack.ts';
import { openBlobStore } from './store.ts';

let engine: Engine;
let folder: string;
const { signal } = new AbortController();
beforeAll(async () => {
  engine = await connectEngine({ env: processEnvironment() });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-hostile-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

type Entry = readonly [
  header: Parameters<ReturnType<typeof packTar>['entry']>[0],
  contents?: string | Buffer,
];

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = packTar();
  for (const [header, contents] of entries) {
    if (contents === undefined) tar.entry(header);
    else tar.entry(header, contents);
  }
  tar.finalize();
  return await buffer(tar);
}

/** An image of the engine's own making that no builder would make. */
async function hostile(
  layers: readonly Buffer[],
  nameOf: (index: number) => string,
): Promise<{ readonly engine: Engine; readonly image: ImageRecord }> {
  const diffIds = layers.map((layer) => digestOf(layer));
  const config = Buffer.from(JSON.stringify({ rootfs: { type: 'layers', diff_ids: diffIds } }));
  const id = digestOf(config);
  const tar = await tarOf([
    ...layers.map((layer, index): Entry => [{ name: nameOf(index) }, layer]),
    [{ name: `${hexOf(id)}.json` }, config],
  ]);
  return { engine: saving(() => Readable.from([tar])), image: recordOf(id, diffIds) };
}

function saving(save: () => Readable): Engine {
  return {
    ...engine,
    images: { ...engine.images, save: () => Promise.resolve(save()) },
  };
}

function recordOf(id: ImageRecord['id'], diffIds: ImageRecord['diffIds']): ImageRecord {
  return {
    id,
    tags: [],
    repoDigests: [],
    platform: { os: 'linux', architecture: 'amd64' },
    sizeBytes: 1,
    diffIds,
    config: {
      entrypoint: [],
      command: [],
      env: [],
      exposedPorts: [],
      volumes: [],
      user: '',
      workingDir: '/',
      labels: {},
    },
  };
}

test('names that lead out of every folder are hashed and passed on, and nothing is written by them', async () => {
  const layer = await tarOf([
    [{ name: '../../../escaped' }, 'x'],
    [{ name: '/absolute/escaped' }, 'x'],
    [{ name: String.raw`..\..\escaped` }, 'x'],
    [{ name: 'C:../escaped' }, 'x'],
    [{ name: 'link', type: 'symlink', linkname: '/etc' }],
    [{ name: 'link/escaped' }, 'x'],
    [{ name: 'hard', type: 'link', linkname: '../../../etc/passwd' }],
    [{ name: 'device', type: 'character-device', devmajor: 1, devminor: 3 }],
  ]);
  const image = await hostile([layer], () => '../../../escaped/layer.tar');
  const store = await openBlobStore(join(folder, 'a', 'b', 'store'));

  const packed = await packImage({ ...image, store, signal });

  expect(packed.layers.map(({ diffId }) => diffId)).toEqual([digestOf(layer)]);
  const written = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = written.filter((each) => each.isFile()).map(({ name }) => name);
  expect(written.some((each) => each.isSymbolicLink())).toBe(false);
  expect(files.every((name) => /^[0-9a-f]{64}$|^(?:image|entry)-.*\.json$/u.test(name))).toBe(true);
});

test('a link in the place of a layer is no layer: IDENTITY_BROKEN', async () => {
  const diffId = digestOf('layer');
  const config = Buffer.from(JSON.stringify({ rootfs: { type: 'layers', diff_ids: [diffId] } }));
  const id = digestOf(config);
  const tar = await tarOf([
    [{ name: 'a/layer.tar', type: 'symlink', linkname: '/etc/passwd' }],
    [{ name: 'b/layer.tar', type: 'link', linkname: '../../etc/passwd' }],
    [{ name: `${hexOf(id)}.json` }, config],
  ]);
  const store = await openBlobStore(folder);

  const packed = packImage({
    engine: saving(() => Readable.from([tar])),
    image: recordOf(id, [diffId]),
    store,
    signal,
  });

  await expect(packed).rejects.toMatchObject({ code: 'IDENTITY_BROKEN', exitCode: 1 });
});

test('a compression bomb is a layer like any other: its bytes are counted, never unpacked', async () => {
  const bomb = gzipSync(gzipSync(Buffer.alloc(64 * 1024 ** 2)));
  const image = await hostile([bomb], () => 'a/layer.tar');
  const store = await openBlobStore(folder);
  let passedBytes = 0;

  await packImage({
    ...image,
    store,
    signal,
    onBytes: (sizeBytes) => {
      passedBytes += sizeBytes;
    },
  });

  expect(passedBytes).toBe(bomb.length);
});

test.each([
  ['of eight exabytes', Buffer.of(0x80, 0, 0, 0, 0x7f, ...Buffer.alloc(7, 0xff)), 'destroyed'],
  ['below zero', Buffer.alloc(12, 0xff), 'Invalid tar header'],
])('a tar whose entry claims a size %s ends with an error, at once', async (_, size, problem) => {
  const tar = await tarOf([[{ name: 'a/layer.tar' }, 'x']]);
  size.copy(tar, 124);
  writeChecksum(tar);
  const store = await openBlobStore(folder);

  const packed = packImage({
    engine: saving(() => Readable.from([tar])),
    image: recordOf(digestOf('c'), [digestOf('l')]),
    store,
    signal,
  });

  await expect(packed).rejects.toThrow(problem);
  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
});

/** @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html */
function writeChecksum(tar: Buffer): void {
  tar.fill(0x20, 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

test('a config larger than any is refused: IDENTITY_BROKEN', async () => {
  const id = digestOf('config');
  const tar = await tarOf([[{ name: `${hexOf(id)}.json` }, Buffer.alloc(5 * 1024 ** 2, 0x20)]]);
  const store = await openBlobStore(folder);

  const packed = packImage({
    engine: saving(() => Readable.from([tar])),
    image: recordOf(id, []),
    store,
    signal,
  });

  await expect(packed).rejects.toMatchObject({ code: 'IDENTITY_BROKEN' });
});

test('a layer of half a gigabyte passes through in little memory', async () => {
  const sizeBytes = 512 * 1024 ** 2;
  const piece = Buffer.alloc(256 * 1024);
  const store = await openBlobStore(folder);
  const before = process.memoryUsage().rss;
  let mostBytes = 0;
  const tar = packTar();
  const entry = tar.entry({ name: 'a/layer.tar', size: sizeBytes });
  Readable.from(repeat(piece, sizeBytes / piece.length)).pipe(entry);

  const packed = packImage({
    engine: saving(() => Readable.from(tar, { objectMode: false })),
    image: recordOf(digestOf('c'), [digestOf('l')]),
    store,
    signal,
    onBytes: () => {
      mostBytes = Math.max(mostBytes, process.memoryUsage().rss - before);
    },
  });

  entry.on('finish', () => tar.finalize());
  // No image has these digests: that all of it went by is what counts.
  await expect(packed).rejects.toMatchObject({ code: 'IDENTITY_BROKEN' });
  expect(mostBytes).toBeLessThan(200 * 1024 ** 2);
});

function* repeat(piece: Buffer, count: number): Generator<Buffer> {
  for (let index = 0; index < count; index += 1) yield piece;
}
