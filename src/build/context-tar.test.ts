import { execFileSync } from 'node:child_process';
import { appendFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract, type Header } from 'tar-stream';
import { expect, test } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { everything, scanContext } from './context.ts';
import { packContext, type ContextTar } from './context-tar.ts';
import { contextFolder } from './testing/context-folder.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const MIB = 1024 ** 2;

interface Unpacked extends Pick<Header, 'type' | 'mode' | 'uid' | 'gid' | 'linkname' | 'mtime'> {
  readonly text: string;
}

async function unpack(tar: ContextTar): Promise<Readonly<Record<string, Unpacked>>> {
  const found: Record<string, Unpacked> = {};
  const packed = packContext(tar);
  const reader = extract();
  packed.on('error', (error) => reader.destroy(error));
  packed.pipe(reader);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) if (chunk instanceof Buffer) chunks.push(chunk);
    found[entry.header.name] = { ...entry.header, text: Buffer.concat(chunks).toString() };
  }
  return found;
}

const inPlace = { name: 'Dockerfile' };

test('kinds, modes, links, times and contents are kept; owner and group are root', async () => {
  const long = `${'long-'.repeat(40)}name`;
  await using folder = await contextFolder({
    'd/run.sh': { text: '#!', mode: 0o755 },
    link: { linkTo: 'd/run.sh' },
    ünï: 'x',
    empty: '',
    [`${long}/${long}`]: 'deep',
    none: { text: 'n', mode: 0o000 },
  });
  await utimes(join(folder.path, 'ünï'), 1_700_000_000, 1_700_000_000.5);
  const context = await scanContext(folder.path, everything);

  const found = await unpack({ context, dockerfile: inPlace });

  expect(found['d/run.sh']).toMatchObject({
    type: 'file',
    mode: 0o755,
    uid: 0,
    gid: 0,
    text: '#!',
  });
  expect(found['link']).toMatchObject({ type: 'symlink', linkname: 'd/run.sh' });
  expect(found['d']).toMatchObject({ type: 'directory', mode: 0o755 });
  expect(found['ünï']?.mtime).toEqual(new Date(1_700_000_000_000));
  expect(found['empty']?.text).toBe('');
  expect(found[`${long}/${long}`]?.text).toBe('deep');
  expect(found['none']).toMatchObject({ mode: 0, text: 'n' });
});

test('a Dockerfile is replaced in its place or added', async () => {
  await using folder = await contextFolder({ Dockerfile: 'FROM parent', a: 'a' });
  const context = await scanContext(folder.path, everything);

  const replaced = await unpack({
    context,
    dockerfile: { name: 'Dockerfile', replaced: { path: 'Dockerfile', text: 'FROM pinned' } },
  });
  const added = await unpack({
    context,
    dockerfile: { name: 'other', added: { path: 'other', text: 'FROM elsewhere' } },
  });

  expect(replaced['Dockerfile']?.text).toBe('FROM pinned');
  expect(added['Dockerfile']?.text).toBe('FROM parent');
  expect(added['other']?.text).toBe('FROM elsewhere');
});

test.each([
  ['grows', async (path: string) => await appendFile(path, 'more')],
  ['shrinks', async (path: string) => await truncate(path, 1)],
  ['is written to', async (path: string) => await writeFile(path, 'other')],
] as const)('a file that %s after the scan is BUILD_CONTEXT_CHANGED', async (_, change) => {
  await using folder = await contextFolder({ a: 'first' });
  const context = await scanContext(folder.path, everything);
  await change(join(folder.path, 'a'));

  await expect(unpack({ context, dockerfile: inPlace })).rejects.toMatchObject({
    code: 'BUILD_CONTEXT_CHANGED',
    details: { path: 'a' },
  });
});

test('a large file that changes while it is read is BUILD_CONTEXT_CHANGED', async () => {
  await using folder = await contextFolder({ a: '' });
  const path = join(folder.path, 'a');
  await truncate(path, 20 * MIB);
  const context = await scanContext(folder.path, everything);
  const packed = packContext({ context, dockerfile: inPlace });
  let read = 0;

  const reading = (async () => {
    for await (const chunk of packed as AsyncIterable<Buffer>) {
      if (read === 0) await truncate(path, 10 * MIB);
      read += chunk.length;
    }
  })();

  await expect(reading).rejects.toMatchObject({ code: 'BUILD_CONTEXT_CHANGED' });
  expect(read).toBeLessThan(11 * MIB);
});

test.each([10, 1_000_000])(
  'a file of %d bytes with other content than its key names is BUILD_CONTEXT_CHANGED',
  async (sizeBytes) => {
    await using folder = await contextFolder({ a: 'x'.repeat(sizeBytes) });
    const context = await scanContext(folder.path, everything);
    const right = new Map([['a', digestOf('x'.repeat(sizeBytes))]]);
    const wrong = new Map([['a', digestOf('y'.repeat(sizeBytes))]]);

    const found = await unpack({ context, dockerfile: inPlace, fileDigests: right });

    expect(found['a']?.text.length).toBe(sizeBytes);
    await expect(
      unpack({ context, dockerfile: inPlace, fileDigests: wrong }),
    ).rejects.toMatchObject({ code: 'BUILD_CONTEXT_CHANGED' });
  },
);

test('a reader that goes away ends the packing and closes the file', async () => {
  await using folder = await contextFolder({ a: '' });
  await truncate(join(folder.path, 'a'), 20 * MIB);
  const context = await scanContext(folder.path, everything);

  for (const hasBegun of [true, false]) {
    const packed = packContext({ context, dockerfile: inPlace });
    if (hasBegun) await new Promise((resolve) => packed.once('readable', resolve));
    packed.destroy();
    await new Promise((resolve) => packed.once('close', resolve));
  }

  await expect.poll(() => openFiles(join(folder.path, 'a'))).toBe(0);
});

function openFiles(path: string): number {
  const listing = execFileSync('ls', ['-l', `/proc/${String(process.pid)}/fd`], {
    encoding: 'utf8',
  });
  return listing.split('\n').filter((line) => line.endsWith(path)).length;
}

test('a gigabyte of context needs a few megabytes of memory', async () => {
  await using folder = await contextFolder({ big: '', Dockerfile: 'FROM scratch' });
  await truncate(join(folder.path, 'big'), 1024 * MIB);

  const program = `
    import { everything, scanContext } from ${JSON.stringify(join(HERE, 'context.ts'))};
    import { packContext } from ${JSON.stringify(join(HERE, 'context-tar.ts'))};
    const context = await scanContext(${JSON.stringify(folder.path)}, everything);
    const before = process.memoryUsage.rss();
    let [sizeBytes, highest] = [0, before];
    for await (const chunk of packContext({ context, dockerfile: { name: 'Dockerfile' } })) {
      sizeBytes += chunk.length;
      highest = Math.max(highest, process.memoryUsage.rss());
    }
    process.stdout.write([sizeBytes, highest - before].join(' '));`;

  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });

  const [sizeBytes, moreBytes] = said.split(' ').map(Number);
  expect(sizeBytes).toBeGreaterThan(1024 * MIB);
  expect(moreBytes).toBeLessThan(100 * MIB);
}, 60_000);
