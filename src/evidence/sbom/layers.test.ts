import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { packEntries, type LayerEntry } from '../../engine/image-archive.ts';
import { layerRecordsSchema, openLayerScan, scanLayer, type LayerRecords } from './layer-scan.ts';
import { mergeLayers } from './merge-layers.ts';

const { signal } = new AbortController();

async function scan(entries: readonly LayerEntry[]): Promise<LayerRecords> {
  return await scanLayer(Readable.from([await packEntries(entries)]), { signal });
}

async function namesIn(layers: readonly (readonly LayerEntry[])[]): Promise<readonly string[]> {
  const merged = mergeLayers(await Promise.all(layers.map(scan)));
  return merged.packages.map(({ name, version }) => `${name}@${version}`);
}

function npm(folder: string, name: string, version = '1.0.0'): LayerEntry {
  return {
    path: `${folder}/node_modules/${name}/package.json`,
    contents: JSON.stringify({ name, version }),
  };
}

const status = 'Package: libc6\nStatus: install ok installed\nVersion: 2.36\n';

describe('the records of a layer', () => {
  test('are found where package managers keep them, and nowhere else', async () => {
    const found = await namesIn([
      [
        { path: '/var/lib/dpkg/status', contents: status },
        { path: '/var/lib/dpkg/status.d/tzdata', contents: 'Package: tzdata\nVersion: 1\n' },
        { path: '/var/lib/dpkg/status.d/tzdata.md5sums', contents: 'Package: no\nVersion: 1\n' },
        { path: '/var/lib/dpkg/status-old', contents: 'Package: no\nVersion: 1\n' },
        { path: '/lib/apk/db/installed', contents: 'P:musl\nV:1.2\n' },
        npm('/app', 'left-pad'),
        npm('/app/node_modules/left-pad', '@scope/inner', '2.0.0'),
        { path: '/app/package.json', contents: '{"name":"the-app","version":"1.0.0"}' },
        { path: '/app/node_modules/a/test/package.json', contents: '{"name":"b","version":"1"}' },
      ],
    ]);

    expect(found).toEqual([
      'musl@1.2',
      'libc6@2.36',
      'tzdata@1',
      '@scope/inner@2.0.0',
      'left-pad@1.0.0',
    ]);
  });

  test('are worth keeping: they read the same from a file', async () => {
    const records = await scan([npm('/app', 'a'), { path: '/app/.wh.b', contents: '' }]);

    expect(layerRecordsSchema.parse(JSON.parse(JSON.stringify(records)))).toEqual(records);
  });
});

describe('a later layer', () => {
  test('replaces the records of an earlier one', async () => {
    const newer = { path: '/var/lib/dpkg/status', contents: status.replace('2.36', '2.41') };

    const found = await namesIn([[{ path: '/var/lib/dpkg/status', contents: status }], [newer]]);

    expect(found).toEqual(['libc6@2.41']);
  });

  test('takes away a file, a folder with all in it, and what a link now hides', async () => {
    const below = [npm('/a', 'file'), npm('/b', 'folder'), npm('/c', 'hidden'), npm('/d', 'kept')];

    const found = await namesIn([
      below,
      [
        { path: '/a/node_modules/file/.wh.package.json', contents: '' },
        { path: '/.wh.b', contents: '' },
        { path: '/c/node_modules', linkTo: '/elsewhere' },
      ],
    ]);

    expect(found).toEqual(['kept@1.0.0']);
  });

  test('empties a folder of what was below, and not of its own', async () => {
    const found = await namesIn([
      [npm('/app', 'old')],
      [{ path: '/app/node_modules/.wh..wh..opq', contents: '' }, npm('/app', 'new')],
    ]);

    expect(found).toEqual(['new@1.0.0']);
  });

  test('does not take away a folder whose name only begins the same', async () => {
    const found = await namesIn([[npm('/application', 'a')], [{ path: '/.wh.app', contents: '' }]]);

    expect(found).toEqual(['a@1.0.0']);
  });
});

describe('a hostile layer', () => {
  test.each([
    ['cut in the middle', async () => (await packEntries([npm('/a', 'x')])).subarray(0, 700)],
    ['noise', () => Promise.resolve(Buffer.concat([randomBytes(4096)]))],
  ])('that is %s says what is wrong and hides nothing of the others', async (_, make) => {
    const hostile = await scanLayer(Readable.from([await make()]), { signal });

    const merged = mergeLayers([await scan([npm('/app', 'a')]), hostile]);

    expect(merged.problem).toBeTruthy();
    expect(merged.packages.map(({ name }) => name)).toContain('a');
  });

  test('that is no gzip ends like any other damage', async () => {
    const stream = createGunzip();
    stream.end(Buffer.from('no gzip at all'));

    expect((await scanLayer(stream, { signal })).problem).toContain('incorrect header');
  });

  test('with a path that leads out of the image is not followed', async () => {
    const tar = pack();
    tar.entry({ name: '../../var/lib/dpkg/status' }, status);
    tar.entry({ name: './/var/./lib/dpkg//status' }, status);
    tar.finalize();

    const records = await scanLayer(Readable.from([await buffer(tar)]), { signal });

    expect(records.files.map(({ path }) => path)).toEqual(['var/lib/dpkg/status']);
  });

  test('with a record of 1000 to 1 is not read into memory', async () => {
    const bomb = gzipSync(
      await packEntries([
        npm('/app', 'a'),
        { path: '/var/lib/dpkg/status', contents: Buffer.alloc(3_000_000, 0x20) },
      ]),
    );

    const records = await scanLayer(Readable.from([bomb]).pipe(createGunzip()), {
      signal,
      limits: { fileBytes: 1_000_000 },
    });

    expect(records.problem).toContain('larger than any');
    expect(records.files).toHaveLength(1);
  });

  test('with more packages or removals than anyone has is given up', async () => {
    const tar = await packEntries([
      npm('/app', 'a'),
      npm('/app', 'b'),
      { path: '/.wh.x', contents: '' },
      { path: '/.wh.y', contents: '' },
    ]);

    const scans = await Promise.all([
      scanLayer(Readable.from([tar]), { signal, limits: { packages: 1 } }),
      scanLayer(Readable.from([tar]), { signal, limits: { removals: 1 } }),
    ]);

    expect(scans.map(({ problem }) => problem)).toEqual([
      'records more packages than anyone has',
      'removes more files than anyone has',
    ]);
  });

  test('does not keep a cancelled run from ending', async () => {
    const cancelled = AbortSignal.abort(new Error('cancelled'));

    const scanning = scanLayer(Readable.from([await packEntries([npm('/a', 'b')])]), {
      signal: cancelled,
    });

    await expect(scanning).rejects.toThrow('cancelled');
  });
});

describe('a layer that somebody else reads', () => {
  test('gives the same records, in whatever pieces it goes by', async () => {
    const large = { path: '/large', contents: randomBytes(3_000_000) };
    const tar = await packEntries([large, npm('/app', 'a'), large, npm('/app', 'b')]);
    const scan = openLayerScan(signal);

    for (let at = 0; at < tar.length; at += 70_001) await scan.write(tar.subarray(at, at + 70_001));

    expect(await scan.end()).toEqual(await scanLayer(Readable.from([tar]), { signal }));
  });

  test('is never held up by what is wrong with it', async () => {
    const scan = openLayerScan(signal);

    for (let count = 0; count < 100; count += 1) await scan.write(randomBytes(100_000));

    expect((await scan.end()).problem).toBeTruthy();
  });
});
