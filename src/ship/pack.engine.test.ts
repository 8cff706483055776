import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import { pack as packTar } from 'tar-stream';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectEngine } from '../engine/connect.ts';
import type { Engine } from '../engine/contract.ts';
import { buildScratchImage } from '../engine/testing/scratch-image.ts';
import { processEnvironment } from '../host/environment.ts';
import { digestOf } from '../kernel/digest.ts';
import { packImage } from './pack.ts';
import { openBlobStore } from './store.ts';

let engine: Engine;
let folder: string;
const { signal } = new AbortController();
beforeAll(async () => {
  engine = await connectEngine({ env: processEnvironment() });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-pack-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The engine, with another answer to `save`. */
function saving(save: Engine['images']['save']): Engine {
  return { ...engine, images: { ...engine.images, save } };
}

test('the packed form hangs together: config is the image id, each layer unpacks to its diff id', async () => {
  await using image = await buildScratchImage(engine, { files: { '/data.txt': 'x'.repeat(3e6) } });
  const store = await openBlobStore(folder);

  const packed = await packImage({ engine, image: image.record, store, signal });

  expect(packed.config.digest).toBe(image.record.id);
  expect(packed.layers.map(({ diffId }) => diffId)).toEqual(image.record.diffIds);
  for (const layer of packed.layers) {
    const hash = createHash('sha256');
    await pipeline(store.open(layer.digest), createGunzip(), hash);
    expect(`sha256:${hash.digest('hex')}`).toBe(layer.diffId);
  }
  const manifest = await buffer(store.open(packed.manifest.digest));
  expect(digestOf(manifest)).toBe(packed.manifest.digest);
  expect(JSON.parse(String(manifest))).toMatchObject({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { digest: image.record.id },
  });
});

test('what is packed is not asked for again, and another store gets the same digest', async () => {
  await using image = await buildScratchImage(engine, { files: { '/data.txt': 'y' } });
  const store = await openBlobStore(join(folder, 'a'));
  const first = await packImage({ engine, image: image.record, store, signal });
  const refusing = saving(() => Promise.reject(new Error('asked again')));

  const again = await packImage({ engine: refusing, image: image.record, store, signal });
  const elsewhere = await packImage({
    engine,
    image: image.record,
    store: await openBlobStore(join(folder, 'b')),
    signal,
  });

  expect(again).toEqual(first);
  expect(elsewhere).toEqual(first);
});

test('a hint that lies costs a second reading and no wrong layer', async () => {
  await using image = await buildScratchImage(engine, { files: { '/data.txt': 'z' } });
  const store = await openBlobStore(folder);
  const right = await packImage({ engine, image: image.record, store, signal });
  const wrong = await store.write(Readable.from([Buffer.from('another layer')]));
  const records = (await readdir(join(folder, 'records'))).map((name) =>
    join(folder, 'records', name),
  );
  await Promise.all(
    records.map(async (path) => {
      const isHint = path.includes('/entry-');
      await writeFile(
        path,
        isHint ? JSON.stringify({ ...wrong, diffId: wrong.digest }) : 'damaged',
      );
    }),
  );

  const packed = await packImage({ engine, image: image.record, store, signal });

  expect(packed).toEqual(right);
});

test('an engine that hands out other bytes than the image has is refused', async () => {
  await using image = await buildScratchImage(engine, { files: { '/data.txt': 'right' } });
  await using other = await buildScratchImage(engine, { files: { '/data.txt': 'wrong' } });
  const store = await openBlobStore(folder);
  const lying = saving(async () => await engine.images.save(other.record.id));

  const packing = packImage({ engine: lying, image: image.record, store, signal });

  await expect(packing).rejects.toMatchObject({ code: 'IDENTITY_BROKEN', exitCode: 1 });
});

test('an engine that saves a config of the right name and wrong content is refused', async () => {
  await using image = await buildScratchImage(engine, {});
  const store = await openBlobStore(folder);
  const tar = packTar();
  tar.entry(
    { name: `${image.record.id.slice(7)}.json` },
    '{"rootfs":{"type":"layers","diff_ids":[]}}',
  );
  tar.finalize();
  const lying = saving(() => Promise.resolve(Readable.from(tar)));

  const packing = packImage({ engine: lying, image: image.record, store, signal });

  await expect(packing).rejects.toThrow(image.record.id);
  await expect(packing).rejects.toMatchObject({ code: 'IDENTITY_BROKEN' });
});

test('an engine that dies in the middle leaves no blob that claims to be whole', async () => {
  await using image = await buildScratchImage(engine, { files: { '/data.txt': 'x'.repeat(3e6) } });
  const store = await openBlobStore(folder);
  const dying = saving(async (id) => {
    const whole = await engine.images.save(id);
    async function* half(): AsyncGenerator<Buffer> {
      yield await new Promise<Buffer>((resolve) => whole.once('data', resolve));
      whole.destroy();
      throw new Error('connection reset');
    }
    return Readable.from(half());
  });

  await expect(packImage({ engine: dying, image: image.record, store, signal })).rejects.toThrow(
    'connection reset',
  );

  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  expect(await readdir(join(folder, 'blobs', 'sha256'))).toEqual([]);
});
