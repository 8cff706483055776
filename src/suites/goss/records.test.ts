import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { LayerEntry } from '../../engine/image-archive.ts';
import { foldersOfPath, splitWords } from './command-line.ts';
import { isLocalHost } from './local-host.ts';
import { parseRetryDelayMs } from './retry-settings.ts';
import { readRpmDatabase } from './rpm-records.ts';
import { verdictsInMemory } from './testing/goss-bench.ts';

/** A header as rpm keeps it in its database. */
function rpmHeader(name: string, version: string, epoch?: number): Buffer {
  const texts = [name, version, '3.el9'].map((text) => Buffer.from(`${text}\0`));
  const padding = Buffer.alloc(epoch === undefined ? 0 : 4);
  padding.fill(0);
  if (epoch !== undefined) padding.writeUInt32BE(epoch);
  // An epoch is a number and stands first, so that it is aligned.
  const offsets = [0, 1, 2].map(
    (index) => padding.length + Buffer.concat(texts.slice(0, index)).length,
  );
  const tags = [
    ...(epoch === undefined ? [] : [[1003, 4, 0, 1]]),
    ...offsets.map((offset, index) => [1000 + index, 6, offset, 1]),
  ];
  const data = Buffer.concat([padding, ...texts]);
  const head = Buffer.alloc(8 + 16 * tags.length);
  head.writeUInt32BE(tags.length, 0);
  head.writeUInt32BE(data.length, 4);
  tags.forEach((entry, at) =>
    entry.forEach((value, field) => head.writeUInt32BE(value, 8 + 16 * at + 4 * field)),
  );
  return Buffer.concat([head, data]);
}

/** As rpm makes it, of so many packages that the table has more than one level. */
async function rpmDatabase(blobs: readonly Buffer[]): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'rpm-'));
  try {
    const path = join(folder, 'rpmdb.sqlite');
    const database = new DatabaseSync(path);
    database.exec(
      'CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)',
    );
    const insert = database.prepare('INSERT INTO Packages (blob) VALUES (?)');
    database.exec('BEGIN');
    for (const blob of blobs) insert.run(blob);
    database.exec('COMMIT');
    database.close();
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const many = Array.from({ length: 300 }, (_, index) =>
  // Some are larger than a page, so that they go on in others.
  Buffer.concat([
    rpmHeader(`p${String(index)}`, '1'),
    Buffer.alloc(index % 50 === 0 ? 20_000 : 300),
  ]),
);

describe('the records of rpm', () => {
  it('are read from a database of many pages', async () => {
    const bytes = await rpmDatabase([...many, rpmHeader('bash', '5.1.8', 1)]);

    const read = readRpmDatabase(bytes);

    const packages = 'packages' in read ? read.packages : [];
    expect(packages).toHaveLength(301);
    expect(packages[0]).toEqual({ name: 'p0', version: '1-3.el9' });
    expect(packages.at(-1)).toEqual({ name: 'bash', version: '1:5.1.8-3.el9' });
  });

  it('are a problem when they are broken, and never more than that', async () => {
    const bytes = await rpmDatabase(many);

    expect(readRpmDatabase(Buffer.from('SQLite'))).toEqual({ problem: 'has no table of packages' });
    expect(readRpmDatabase(bytes.subarray(0, 8192))).toHaveProperty('problem');
    for (let at = 0; at < 4096; at += 97) {
      const broken = Buffer.from(bytes);
      broken.fill(0xff, at, at + 97);
      expect(() => readRpmDatabase(broken)).not.toThrow();
    }
  });
});

async function verdicts(
  image: readonly LayerEntry[],
  text: string,
  manager?: string,
): Promise<Readonly<Record<string, string>>> {
  const settings = manager === undefined ? {} : { package: manager };
  return await verdictsInMemory({
    image,
    settings,
    files: { 'goss.yaml': `package: {${text}}` },
  });
}

describe('package', () => {
  it('is told from the records of apk, rpm and pacman', async () => {
    const apk = {
      path: '/lib/apk/db/installed',
      contents: 'P:musl\nV:1.2.5-r0\n\nP:zlib\nV:1.3\n',
    };
    const rpm = {
      path: '/usr/lib/sysimage/rpm/rpmdb.sqlite',
      contents: await rpmDatabase([rpmHeader('bash', '5.1.8')]),
    };
    const pacman = {
      path: '/var/lib/pacman/local/curl-8.9-1/desc',
      contents: '%NAME%\ncurl\n\n%VERSION%\n8.9-1\n',
    };

    const found = [
      await verdicts([apk], 'musl: {installed: true, versions: [1.2.5-r0]}'),
      await verdicts([rpm], 'bash: {installed: true, versions: [5.1.8-3.el9]}'),
      await verdicts([pacman], 'curl: {installed: true, versions: [8.9-1]}'),
      await verdicts([apk, rpm], 'bash: {installed: true}', 'rpm'),
    ];

    expect(found.flatMap((each) => Object.values(each))).toEqual(Array(7).fill('pass'));
  });

  it('is not told where nobody can tell', async () => {
    const old = [{ path: '/var/lib/rpm/Packages', contents: 'x' }];
    const broken = [{ path: '/var/lib/rpm/rpmdb.sqlite', contents: 'x' }];

    const found = [
      await verdicts([], 'bash: {installed: true}'),
      await verdicts(old, 'bash: {installed: true}'),
      await verdicts(broken, 'bash: {installed: true}'),
    ];

    expect(found.flatMap((each) => Object.values(each))).toEqual([
      'fail: `installed` of bash cannot be told: the image has no records of dpkg, apk, rpm or pacman',
      'fail: `installed` of bash cannot be told: /var/lib/rpm/Packages is a database of an older rpm, which only rpm itself reads',
      'fail: `installed` of bash cannot be told: the database of rpm has no table of packages',
    ]);
  });
});

describe('a command line', () => {
  it.each([
    ['/app/run --name x', ['/app/run', '--name', 'x']],
    [`a 'b c' "d e" f'g'h --x=1`, ['a', 'b c', 'd e', 'fgh', '--x=1']],
    ['  a  ', ['a']],
  ])('%s is split into words', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each([
    '',
    'a | b',
    'a > b',
    'a $B',
    'a `b`',
    'a "$b"',
    'a; b',
    'a && b',
    'A=1 b',
    'a *.c',
    `a 'b`,
    'a # b',
    'a ~/b',
  ])('%s needs a shell', (line) => {
    expect(splitWords(line)).toBeUndefined();
  });

  it('finds programs where the container does', () => {
    expect(foldersOfPath({ PATH: '/a:b::/c' })).toEqual(['/a', '/c']);
    expect(foldersOfPath({})).toContain('/usr/local/sbin');
  });
});

describe('what stands in a file of goss', () => {
  it.each([
    [undefined, 1000],
    [0, 1000],
    [250, 250],
    ['250', 250],
    ['1m30s', 90_000],
    ['1.5s', 1500],
    ['soon', undefined],
  ])('the delay %s is %s ms', (written, delayMs) => {
    expect(parseRetryDelayMs(written)).toBe(delayMs);
  });

  it.each([
    ['localhost', true],
    ['127.1.2.3', true],
    ['[::1]', true],
    ['0.0.0.0', true],
    ['127.0.0.1.example.com', false],
    ['db', false],
  ])('the host %s is the container: %s', (host, isLocal) => {
    expect(isLocalHost(host)).toBe(isLocal);
  });
});
