import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readBeginning } from './entry-stream.ts';
import { createImageArchive, packEntries, type LayerEntry } from './image-archive.ts';
import { readSavedImage, type SavedImage } from './saved-image.ts';

const signal = AbortSignal.timeout(20_000);

async function readText(
  saved: Readable,
  more: { readonly mostFiles?: number } = {},
): Promise<SavedImage<string>> {
  return await readSavedImage(saved, {
    signal,
    inspect: async (_, content) => (await readBeginning(content, 5)).toString(),
    ...more,
  });
}

async function saved(...layers: readonly (readonly LayerEntry[])[]): Promise<SavedImage<string>> {
  const archive = await createImageArchive({ layers, config: {}, architecture: 'amd64' });
  return await readText(archive.open());
}

async function outer(entries: readonly LayerEntry[]): Promise<Readable> {
  return Readable.from([await packEntries(entries)]);
}

const LAYER: readonly LayerEntry[] = [{ path: '/greeting', contents: 'hello, world' }];

describe('readSavedImage', () => {
  it('reads files, folders and links with owners and permissions', async () => {
    const { layers } = await saved([
      { path: '/srv', isFolder: true, mode: 0o1777 },
      { path: '/srv/tool', contents: 'x', mode: 0o4755, uid: 7, gid: 8 },
      { path: '/srv/link', linkTo: '../etc/passwd' },
    ]);

    expect(layers[0]?.files).toMatchObject([
      { path: '/srv', type: 'folder', mode: 0o1777 },
      { path: '/srv/tool', type: 'file', mode: 0o4755, uid: 7, gid: 8, sizeBytes: 1, facts: 'x' },
      { path: '/srv/link', type: 'symlink', linkTo: '../etc/passwd' },
    ]);
  });

  it('gives the configuration, and what `inspect` found though it left each file in the middle', async () => {
    const long = 'abcde'.repeat(100_000);

    const image = await saved(
      [{ path: '/a', contents: long }],
      [
        { path: '/b', contents: long },
        { path: '/c', contents: 'c' },
      ],
    );

    expect(JSON.parse(image.config)).toMatchObject({ architecture: 'amd64' });
    expect(image.layers.map(({ files }) => files.map(({ facts }) => facts))).toEqual([
      ['abcde'],
      ['abcde', 'c'],
    ]);
    expect(image.problem).toBeUndefined();
  });

  it('tells whiteouts from files, and takes no path that leads out', async () => {
    const { layers } = await saved([
      { path: '/etc/.wh.passwd' },
      { path: '/var/.wh..wh..opq' },
      { path: '/.wh..wh..opq' },
      { path: '/a/../../etc/shadow' },
      { path: './b' },
    ]);

    expect(layers).toEqual([
      {
        removed: ['/etc/passwd'],
        emptied: ['/var', '/'],
        files: [expect.objectContaining({ path: '/b' })],
      },
    ]);
  });

  it.each([
    ['plain', (tar: Buffer) => tar],
    ['gzip', (tar: Buffer) => gzipSync(tar)],
    ['zstd', (tar: Buffer) => zstdCompressSync(tar)],
  ])('reads the OCI layout of newer engines with %s layers', async (_, pack) => {
    const manifest = [
      { Config: 'blobs/sha256/c0', Layers: ['blobs/sha256/a1', 'blobs/sha256/a1'] },
    ];

    const image = await readText(
      await outer([
        { path: 'blobs/sha256/a1', contents: pack(await packEntries(LAYER)) },
        { path: 'blobs/sha256/c0', contents: '{"os":"linux"}' },
        { path: 'index.json', contents: '{}' },
        { path: 'manifest.json', contents: JSON.stringify(manifest) },
        { path: 'oci-layout', contents: '{}' },
      ]),
    );

    expect(image.config).toBe('{"os":"linux"}');
    expect(image.layers.map(({ files }) => files[0]?.facts)).toEqual(['hello', 'hello']);
  });

  it('follows the link that stands for a layer which was written before', async () => {
    const manifest = [{ Config: 'c.json', Layers: ['1/layer.tar', '2/layer.tar'] }];

    const image = await readText(
      await outer([
        { path: '1/layer.tar', contents: await packEntries(LAYER) },
        { path: '2/layer.tar', linkTo: '../1/layer.tar' },
        { path: 'c.json', contents: '{}' },
        { path: 'manifest.json', contents: JSON.stringify(manifest) },
      ]),
    );

    expect(image.layers.map(({ files }) => files.length)).toEqual([1, 1]);
  });

  it('reads an image of no layers, and one of an empty layer', async () => {
    expect((await saved()).layers).toEqual([]);
    expect((await saved([])).layers).toEqual([{ files: [], removed: [], emptied: [] }]);
  });

  it('says when there are more files than it reads', async () => {
    const archive = await createImageArchive({
      layers: [[{ path: '/a' }, { path: '/b' }, { path: '/c' }]],
      config: {},
      architecture: 'amd64',
    });

    const image = await readText(archive.open(), { mostFiles: 2 });

    expect(image.layers[0]?.files).toHaveLength(2);
    expect(image.problem).toContain('more files');
  });

  it.each([
    ['no manifest', [{ path: 'c.json', contents: '{}' }]],
    ['a manifest that is none', [{ path: 'manifest.json', contents: '[]' }]],
    ['no configuration', [{ path: 'manifest.json', contents: '[{"Config":"c","Layers":null}]' }]],
    [
      'a layer that is not there',
      [
        { path: 'c.json', contents: '{}' },
        { path: 'manifest.json', contents: '[{"Config":"c.json","Layers":["1/layer.tar"]}]' },
      ],
    ],
  ])('refuses %s: ENGINE_FAILED', async (_, entries) => {
    await expect(readText(await outer(entries))).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });

  it('fails with what broke the stream, and with the reason of an abort', async () => {
    const broken = new Readable({ read: () => broken.destroy(new Error('the line is dead')) });
    const archive = await createImageArchive({ layers: [], config: {}, architecture: 'amd64' });
    const aborted = { signal: AbortSignal.abort(new Error('stopped by hand')) };

    await expect(readText(broken)).rejects.toThrow('the line is dead');
    await expect(readSavedImage(archive.open(), aborted)).rejects.toThrow('stopped by hand');
  });

  it('fails, and does not hang, at a layer that breaks off', async () => {
    const half = gzipSync(await packEntries(LAYER)).subarray(0, 60);

    const reading = readText(
      await outer([{ path: '1/layer.tar', contents: half }, { path: 'manifest.json' }]),
    );

    await expect(reading).rejects.toThrow(/unexpected end|Unexpected end/u);
  });
});
