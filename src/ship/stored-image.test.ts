import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, type Digest } from '../kernel/digest.ts';
import { OCI_INDEX } from '../registry/media-types.ts';
import { readLayout } from './oci-layout.ts';
import { followChain } from './image-chain.ts';
import { imageConfigSchema } from './packed-image.ts';
import { findManifest } from './platform-manifest.ts';
import { takeStoredImage } from './stored-image.ts';
import { openBlobStore, type BlobStore } from './store.ts';
import {
  addAttestation,
  addImage,
  addIndex,
  createLayout,
  openTar,
  type SampleImage,
  type SampleLayout,
} from './testing/image-layout.ts';

let folder: string;
let store: BlobStore;
const { signal } = new AbortController();
const platform = { os: 'linux', architecture: 'amd64' };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-stored-'));
  store = await openBlobStore(folder);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** An engine with a containerd store, as far as `save` goes. */
function savingEngine(layout: SampleLayout, onSave?: (id: string) => void) {
  return {
    images: {
      save: async (id: string) => {
        onSave?.(id);
        return await openTar(layout);
      },
    },
  };
}

async function take(layout: SampleLayout, id: Digest, image: Pick<SampleImage, 'diffIds'>) {
  return await takeStoredImage({
    engine: savingEngine(layout),
    image: { id, diffIds: image.diffIds },
    platform,
    store,
    signal,
  });
}

describe('an image of a containerd store', () => {
  it('is shipped as it lies there: its own manifest, config and layers, byte for byte', async () => {
    const layout = createLayout();
    const image = await addImage(layout, { contents: ['one', 'two'] });
    layout.entries.push(image.entry);

    const packed = await take(layout, image.entry.digest, image);

    expect(packed).toMatchObject({
      imageId: image.entry.digest,
      origin: 'stored',
      manifest: { digest: image.entry.digest, mediaType: image.entry.mediaType },
      config: { digest: image.config },
    });
    expect(packed.layers.map(({ digest }) => digest)).toEqual(image.layers);
    expect(packed.layers.map(({ diffId }) => diffId)).toEqual(image.diffIds);
    for (const { digest } of [packed.manifest, packed.config, ...packed.layers])
      expect(await buffer(store.open(digest))).toEqual(layout.blobs.get(digest));
  });

  it('whose id is the digest of an index: the manifest of the platform is found, and no attestation', async () => {
    const layout = createLayout();
    const amd64 = await addImage(layout, { contents: ['one'] });
    const arm64 = await addImage(layout, { contents: ['two'], architecture: 'arm64' });
    const index = addIndex(layout, [
      addAttestation(layout, amd64),
      arm64.entry,
      amd64.entry,
      addAttestation(layout, arm64),
    ]);
    layout.entries.push(index);

    const packed = await take(layout, index.digest, amd64);

    expect(packed.imageId).toBe(index.digest);
    expect(packed.manifest.digest).toBe(amd64.entry.digest);
  });

  it('in an index of which the engine has one platform alone is found', async () => {
    const layout = createLayout();
    const amd64 = await addImage(layout);
    const arm64 = await addImage(layout, { contents: ['two'], architecture: 'arm64' });
    const index = addIndex(layout, [arm64.entry, amd64.entry]);
    layout.entries.push(index);
    for (const digest of [arm64.entry.digest, arm64.config, ...arm64.layers])
      layout.blobs.delete(digest);

    const packed = await take(layout, index.digest, amd64);

    expect(packed.manifest.digest).toBe(amd64.entry.digest);
  });

  it('is told from its neighbours by its config where the index names no platform', async () => {
    const layout = createLayout();
    const amd64 = await addImage(layout);
    const arm64 = await addImage(layout, { architecture: 'arm64' });
    const index = addIndex(
      layout,
      [arm64, amd64].map(({ entry }) => ({ ...entry, platform: undefined })),
    );
    layout.entries.push(index);

    const packed = await take(layout, index.digest, amd64);

    expect(packed.manifest.digest).toBe(amd64.entry.digest);
  });

  it('is asked for once: what the store has is not saved again', async () => {
    const layout = createLayout();
    const image = await addImage(layout);
    layout.entries.push(image.entry);
    const saved: string[] = [];
    const options = {
      engine: savingEngine(layout, (id) => saved.push(id)),
      image: { id: image.entry.digest, diffIds: image.diffIds },
      platform,
      store,
      signal,
    };

    const first = await takeStoredImage(options);
    const again = await takeStoredImage(options);

    expect(again).toEqual(first);
    expect(saved).toEqual([image.entry.digest]);
  });

  it('whose layers another image has had is read along only where it is new', async () => {
    const layout = createLayout();
    const first = await addImage(layout, { contents: ['shared'] });
    const second = await addImage(layout, { contents: ['shared', 'own'] });
    layout.entries.push(first.entry, second.entry);
    const watched: Digest[] = [];
    const watchLayer = () => ({
      write: () => Promise.resolve(),
      end: (diffId: Digest) => Promise.resolve(void watched.push(diffId)),
    });
    const common = { engine: savingEngine(layout), platform, store, signal, watchLayer };

    for (const { entry, diffIds } of [first, second])
      await takeStoredImage({ ...common, image: { id: entry.digest, diffIds } });

    expect(watched).toEqual(second.diffIds);
  });
});

describe('a layer', () => {
  it.each([
    'application/vnd.oci.image.layer.v1.tar',
    'application/vnd.oci.image.layer.v1.tar+gzip',
    'application/vnd.oci.image.layer.v1.tar+zstd',
    'application/vnd.docker.image.rootfs.diff.tar',
    'application/vnd.docker.image.rootfs.diff.tar.gzip',
    'application/vnd.docker.image.rootfs.diff.tar.zstd',
  ])('of type %s is held against the config, unpacked', async (layerType) => {
    const layout = createLayout();
    const image = await addImage(layout, {
      layerType,
      manifestType: 'application/vnd.docker.distribution.manifest.v2+json',
    });
    layout.entries.push(image.entry);

    const packed = await take(layout, image.entry.digest, image);

    expect(packed.layers).toMatchObject([{ diffId: image.diffIds[0], mediaType: layerType }]);
    expect(packed.manifest.mediaType).toBe(image.entry.mediaType);
  });

  it.each([
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    'application/vnd.oci.image.layer.v1.tar+brotli',
  ])('of type %s cannot be checked: IDENTITY_BROKEN', async (layerType) => {
    const layout = createLayout();
    const image = await addImage(layout, { layerType });
    layout.entries.push(image.entry);

    const taken = take(layout, image.entry.digest, image);

    await expect(taken).rejects.toMatchObject({ code: 'IDENTITY_BROKEN', exitCode: 1 });
    await expect(taken).rejects.toThrow('cannot be checked');
  });
});

type Lie = (layout: SampleLayout, image: SampleImage) => void | Promise<void>;

/** Each makes one link of the chain a wrong one. */
const lies: readonly (readonly [what: string, lie: Lie, message: RegExp])[] = [
  [
    'that lists nothing',
    ({ entries, blobs }) => {
      entries.length = 0;
      blobs.clear();
    },
    /it lists nothing, and not sha256:/u,
  ],
  [
    'that lists another image',
    ({ entries }, { entry }) => {
      entries[0] = { ...entry, digest: digestOf('another') };
    },
    /and not sha256:/u,
  ],
  [
    'with a blob that is another than its name says',
    ({ blobs }, { layers: [layer = digestOf('')] }) => void blobs.set(layer, Buffer.from('other')),
    /has other bytes, of the digest sha256:/u,
  ],
  [
    'without its config',
    ({ blobs }, { config }) => void blobs.delete(config),
    /the blob sha256:\w+ is missing/u,
  ],
  [
    'without a layer',
    ({ blobs }, { layers: [layer = digestOf('')] }) => void blobs.delete(layer),
    /the layer sha256:\w+ of \d+ bytes is missing/u,
  ],
  [
    'for another platform',
    async (layout, image) => {
      const other = await addImage(layout, { architecture: 'arm64' });
      layout.entries[0] = addIndex(layout, [other.entry]);
      Object.assign(image, { entry: layout.entries[0] });
    },
    /it is for linux\/arm64, and not for linux\/amd64/u,
  ],
  [
    'with two images for one platform',
    async (layout, image) => {
      const other = await addImage(layout, { contents: ['other'] });
      layout.entries[0] = addIndex(layout, [image.entry, other.entry]);
      Object.assign(image, { entry: layout.entries[0] });
    },
    /for linux\/amd64 it has both/u,
  ],
  [
    'that is attestations and nothing else',
    (layout, image) => {
      layout.entries[0] = addIndex(layout, [addAttestation(layout, image)]);
      Object.assign(image, { entry: layout.entries[0] });
    },
    /it is for nothing, and not for linux\/amd64/u,
  ],
  [
    'whose config lists what its layer is not',
    async (layout, image) => {
      const diffIds = [digestOf('another')];
      const other = await addImage(layout, { diffIds });
      layout.entries[0] = other.entry;
      Object.assign(image, { entry: other.entry, diffIds });
    },
    /unpacks to sha256:\w+, and its config lists sha256:/u,
  ],
  [
    'whose config lists more layers than there are',
    async (layout, image) => {
      const diffIds = [...image.diffIds, digestOf('more')];
      const other = await addImage(layout, { diffIds });
      layout.entries[0] = other.entry;
      Object.assign(image, { entry: other.entry, diffIds });
    },
    /its manifest has 1 layers, and its config 2/u,
  ],
  [
    'with other layers than the engine says',
    (_, image) => void Object.assign(image, { diffIds: [digestOf('another')] }),
    /lists other layers than the engine says/u,
  ],
  [
    'whose layer is no gzip',
    async (layout, image) => {
      const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
      const plain = await addImage(layout, { layerType: 'application/vnd.oci.image.layer.v1.tar' });
      const bytes = layout.blobs.get(plain.entry.digest)?.toString() ?? '';
      const text = bytes.replace('application/vnd.oci.image.layer.v1.tar"', `${gzip}"`);
      const digest = digestOf(text);
      layout.blobs.set(digest, Buffer.from(text));
      layout.entries[0] = { ...plain.entry, digest, size: text.length };
      Object.assign(image, { entry: layout.entries[0] });
    },
    /is no application\/vnd\.oci\.image\.layer\.v1\.tar\+gzip: incorrect header check/u,
  ],
  [
    'whose indexes hang below each other without end',
    (layout, image) => {
      let entry = image.entry;
      for (let level = 0; level < 4; level += 1) entry = addIndex(layout, [entry]);
      layout.entries[0] = entry;
      Object.assign(image, { entry });
    },
    /its indexes are more than 3 deep/u,
  ],
  [
    'whose index is cut off',
    (layout, image) => {
      const bytes = Buffer.from('{"schemaVersion":2,"manifests":[],"layers":[]');
      layout.blobs.set(digestOf(bytes), bytes);
      layout.entries[0] = { mediaType: OCI_INDEX, digest: digestOf(bytes), size: bytes.length };
      Object.assign(image, { entry: layout.entries[0] });
    },
    /is no JSON/u,
  ],
];

describe('an engine that saves', () => {
  it.each(lies)('a layout %s: IDENTITY_BROKEN, and nothing to ship', async (_, lie, message) => {
    const layout = createLayout();
    const image = await addImage(layout);
    layout.entries.push(image.entry);
    await lie(layout, image);

    const taken = take(layout, image.entry.digest, image);

    await expect(taken).rejects.toMatchObject({ code: 'IDENTITY_BROKEN', exitCode: 1 });
    await expect(taken).rejects.toThrow(message);
    const records = await readdir(join(folder, 'records'));
    expect(records.filter((name) => name.startsWith('image-'))).toEqual([]);
  });

  it('what is no layout at all: IDENTITY_BROKEN', async () => {
    const engine = { images: { save: () => Promise.resolve(Readable.from([Buffer.alloc(1024)])) } };
    const image = { id: digestOf('x'), diffIds: [] };

    const taken = takeStoredImage({ engine, image, platform, store, signal });

    await expect(taken).rejects.toMatchObject({ code: 'IDENTITY_BROKEN' });
    await expect(taken).rejects.toThrow('no `index.json`');
  });

  it('and dies in the middle says why, and leaves no blob that claims to be whole', async () => {
    const layout = createLayout();
    const image = await addImage(layout);
    layout.entries.push(image.entry);
    const whole = await buffer(await openTar(layout));
    async function* half(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(whole.subarray(0, 600));
      throw new Error('connection reset');
    }
    const engine = { images: { save: () => Promise.resolve(Readable.from(half())) } };

    const taken = takeStoredImage({
      engine,
      image: { id: image.entry.digest, diffIds: image.diffIds },
      platform,
      store,
      signal,
    });

    await expect(taken).rejects.toThrow('connection reset');
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
    expect(await readdir(join(folder, 'blobs', 'sha256'))).toEqual([]);
  });
});

/** Written by the programs themselves; `index.json` of each names the digest. */
describe('a layout that was written by', () => {
  it.each<readonly [program: string, written: WrittenLayout]>([
    [
      'containerd 1.6, of an index with attestations of which one platform is there',
      {
        file: 'containerd-1.6',
        digest: 'sha256:83f772b40597d327d32ef9200428ce3d523866ead71bfdf88a54c7062283ab9c',
        layers: 2,
      },
    ],
    [
      'skopeo 1.9 with zstd',
      {
        file: 'skopeo-1.9-zstd',
        digest: 'sha256:8c0e18b426871c2fa6948c450eb19abd15ab4323b67c3045909244fd8c895b8f',
        layers: 1,
      },
    ],
    [
      'buildah 1.28',
      {
        file: 'buildah-1.28',
        digest: 'sha256:07d7f81c6452bd22528388c2bbed8b122ed09c3e29e79047ba79971f49e5bd12',
        layers: 1,
      },
    ],
  ])('%s is read, and hangs together', async (_, { file, digest, layers }) => {
    const path = fileURLToPath(new URL(`fixtures/layouts/${file}.tar.gz`, import.meta.url));

    const layout = await readLayout(createReadStream(path).pipe(createGunzip()), { store, signal });
    const manifest = await findManifest(layout, { platform });
    const config = await layout.readDocument({
      digest: manifest.document.config?.digest ?? digestOf(''),
      mediaType: '',
    });
    const { rootfs } = imageConfigSchema.parse(JSON.parse(String(config)));
    const parts = await followChain(layout, manifest, { store, signal, diffIds: rootfs.diff_ids });

    expect(manifest.digest).toBe(digest);
    expect(parts.layers).toHaveLength(layers);
  });
});

interface WrittenLayout {
  /** In `fixtures/layouts`. */
  readonly file: string;
  readonly digest: Digest;
  readonly layers: number;
}
