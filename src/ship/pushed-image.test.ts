import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { digestOf, type Digest } from '../kernel/digest.ts';
import type { Repository } from '../registry/contract.ts';
import { isIndexType, OCI_MANIFEST } from '../registry/media-types.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { memoryBlob } from '../registry/testing/sample-image.ts';
import { readPushedImage, type PushedImageOptions } from './pushed-image.ts';
import { findPacked } from './packed-record.ts';
import { openBlobStore, type BlobStore } from './store.ts';
import {
  addImage,
  addIndex,
  createLayout,
  type SampleEntry,
  type SampleImage,
  type SampleLayout,
} from './testing/image-layout.ts';

let registry: FaultyRegistry;
let repository: Repository;
let folder: string;
let store: BlobStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-pushed-'));
  [registry, store] = await Promise.all([startFaultyRegistry(), openBlobStore(folder)]);
  repository = registry.open();
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Puts everything there, as an engine does: blobs, then manifests, then the index. */
async function push(layout: SampleLayout, ...manifests: readonly SampleEntry[]): Promise<void> {
  const names = new Set(manifests.map(({ digest }) => digest));
  for (const [digest, bytes] of layout.blobs)
    if (!names.has(digest)) await repository.blobs.upload(memoryBlob(bytes));
  const order = manifests.toSorted(
    (a, b) => Number(isIndexType(a.mediaType)) - Number(isIndexType(b.mediaType)),
  );
  for (const { digest, mediaType } of order)
    await repository.manifests.put({ bytes: layout.blobs.get(digest) ?? Buffer.of(), mediaType });
}

function reading(image: SampleImage, more: Partial<PushedImageOptions> = {}): PushedImageOptions {
  return {
    repository,
    image: { id: image.config, diffIds: image.diffIds },
    idOf: 'config',
    platform: { os: 'linux', architecture: 'amd64' },
    clock: systemClock,
    readBackMs: 200,
    store,
    signal: AbortSignal.timeout(20_000),
    ...more,
  };
}

function readsOf(digest: Digest): number {
  return registry.requests.filter(({ path }) => path.endsWith(`/blobs/${digest}`)).length;
}

describe('what an engine pushed', () => {
  it('is read back whole: the config is the image, and each layer unpacks to what it lists', async () => {
    const layout = createLayout();
    const image = await addImage(layout, { contents: ['one', 'two'] });
    await push(layout, image.entry);

    const packed = await readPushedImage(image.entry.digest, reading(image));

    expect(packed).toMatchObject({
      imageId: image.config,
      origin: 'pushed',
      manifest: { digest: image.entry.digest, mediaType: OCI_MANIFEST },
      config: { digest: image.config },
    });
    expect(packed.layers.map(({ diffId }) => diffId)).toEqual(image.diffIds);
    expect(await store.has(packed.manifest)).toBe(true);
    expect(await store.has(packed.config)).toBe(true);
    const [layer] = packed.layers;
    expect(layer && (await store.has(layer))).toBe(false);
  });

  it('is known in its repository and in no other, and a known layer is not fetched again', async () => {
    const layout = createLayout();
    const image = await addImage(layout);
    await push(layout, image.entry);
    const first = await readPushedImage(image.entry.digest, reading(image));
    const fetched = readsOf(image.layers[0] ?? digestOf(''));

    await readPushedImage(image.entry.digest, reading(image));

    const wanted = { imageId: image.config, origin: 'pushed' } as const;
    const own = repository.address.repository;
    expect(await findPacked(store, { ...wanted, repository: own })).toEqual(first);
    expect(await findPacked(store, { ...wanted, repository: `${own}-other` })).toBeUndefined();
    expect(readsOf(image.layers[0] ?? digestOf(''))).toBe(fetched);
  });

  it('on a containerd store may be an index: it is the image by its digest, and the platform by its content', async () => {
    const layout = createLayout();
    const amd64 = await addImage(layout);
    const arm64 = await addImage(layout, { architecture: 'arm64', contents: ['other'] });
    const index = addIndex(layout, [arm64.entry, amd64.entry]);
    await push(layout, amd64.entry, arm64.entry, index);

    const packed = await readPushedImage(
      index.digest,
      reading(amd64, { idOf: 'manifest', image: { id: index.digest, diffIds: amd64.diffIds } }),
    );

    expect(packed.imageId).toBe(index.digest);
    expect(packed.manifest.digest).toBe(amd64.entry.digest);
  });

  it('may take a while to be readable', async () => {
    const layout = createLayout();
    const image = await addImage(layout);
    await push(layout, image.entry);
    registry.faults.set([
      { on: 'manifest.get', action: { kind: 'status', status: 404 }, times: 2 },
    ]);

    const packed = await readPushedImage(
      image.entry.digest,
      reading(image, { readBackMs: 20_000 }),
    );

    expect(packed.manifest.digest).toBe(image.entry.digest);
  });
});

describe('an engine that says it pushed', () => {
  it('what the registry does not have: DIGEST_MISMATCH, with what was found', async () => {
    const image = await addImage(createLayout());

    const read = readPushedImage(image.entry.digest, reading(image));

    await expect(read).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      exitCode: 1,
      details: { expected: image.entry.digest, found: 'nothing' },
    });
  });

  it('what the registry serves with other bytes: DIGEST_MISMATCH', async () => {
    const layout = createLayout();
    const image = await addImage(layout);
    await push(layout, image.entry);
    registry.faults.set([{ on: 'manifest.get', action: { kind: 'corrupt' } }]);

    const read = readPushedImage(image.entry.digest, reading(image));

    await expect(read).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it('the digest of another image: IDENTITY_BROKEN', async () => {
    const layout = createLayout();
    const tested = await addImage(layout);
    const other = await addImage(layout, { contents: ['another'] });
    await push(layout, tested.entry, other.entry);

    const read = readPushedImage(other.entry.digest, reading(tested));

    await expect(read).rejects.toMatchObject({ code: 'IDENTITY_BROKEN', exitCode: 1 });
    await expect(read).rejects.toThrow(`${tested.config} was tested`);
  });

  it('the manifest of another image, on a containerd store: IDENTITY_BROKEN', async () => {
    const layout = createLayout();
    const tested = await addImage(layout);
    const other = await addImage(layout, { contents: ['another'] });
    await push(layout, other.entry);

    const read = readPushedImage(
      other.entry.digest,
      reading(tested, { idOf: 'manifest', image: { id: tested.entry.digest, diffIds: [] } }),
    );

    await expect(read).rejects.toMatchObject({ code: 'IDENTITY_BROKEN' });
    await expect(read).rejects.toThrow('whose manifest is');
  });

  it('a layer that does not unpack to what the config lists: IDENTITY_BROKEN', async () => {
    const layout = createLayout();
    const diffIds = [digestOf('what was tested')];
    const image = await addImage(layout, { diffIds });
    await push(layout, image.entry);

    const read = readPushedImage(image.entry.digest, reading(image));

    await expect(read).rejects.toMatchObject({ code: 'IDENTITY_BROKEN' });
    await expect(read).rejects.toThrow(`its config lists ${diffIds[0] ?? ''}`);
  });

  it('a layer of which the registry serves other bytes: DIGEST_MISMATCH', async () => {
    const layout = createLayout();
    const image = await addImage(layout, {
      layerType: 'application/vnd.oci.image.layer.v1.tar',
    });
    await push(layout, image.entry);
    registry.faults.set([{ on: 'blob.get', action: { kind: 'corrupt' }, after: 1 }]);

    const read = readPushedImage(image.entry.digest, reading(image));

    await expect(read).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });
});
