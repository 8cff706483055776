import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack, type Header } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packFiles } from './pack-folder.ts';
import { unpackFiles } from './unpack-folder.ts';

let root: string;
let here: string;
let there: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'seatrial-carry-'));
  here = join(root, 'here');
  there = join(root, 'there');
  await mkdir(here);
  await mkdir(there);
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function writtenTar(
  entries: readonly (readonly [Partial<Header> & { name: string }, string?])[],
): Promise<Readable> {
  const tar = pack();
  for (const [header, contents = ''] of entries) tar.entry(header, contents);
  tar.finalize();
  return Readable.from([await buffer(tar)]);
}

describe('a folder that is carried', () => {
  it('arrives with files, modes, links and empty folders', async () => {
    await mkdir(join(here, 'a', 'empty'), { recursive: true });
    await writeFile(join(here, 'a', 'file'), 'words');
    await chmod(join(here, 'a', 'file'), 0o640);
    await symlink('a/file', join(here, 'link'));
    await writeFile(join(here, 'nothing'), '');

    const { tar, paths } = packFiles(here, '.');
    const arrived = await unpackFiles(tar, there, new Set());

    expect([...arrived].toSorted()).toEqual(['a', 'a/empty', 'a/file', 'link', 'nothing']);
    expect(arrived).toEqual(paths);
    expect(await readFile(join(there, 'a', 'file'), 'utf8')).toBe('words');
    expect((await lstat(join(there, 'a', 'file'))).mode & 0o777).toBe(0o640);
    expect(await readlink(join(there, 'link'))).toBe('a/file');
    expect((await lstat(join(there, 'a', 'empty'))).isDirectory()).toBe(true);
  });

  it('takes back what was removed there, and leaves alone what was never there', async () => {
    await writeFile(join(here, 'kept'), 'old');
    await mkdir(join(here, 'gone'));
    await writeFile(join(here, 'gone', 'file'), '');
    await writeFile(join(here, 'mine'), 'never carried');

    const back = await writtenTar([
      [{ name: './', type: 'directory' }],
      [{ name: './kept' }, 'new'],
    ]);
    await unpackFiles(back, here, new Set(['kept', 'gone', 'gone/file']));

    expect(await readFile(join(here, 'kept'), 'utf8')).toBe('new');
    expect(await readFile(join(here, 'mine'), 'utf8')).toBe('never carried');
    await expect(lstat(join(here, 'gone'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('a hostile tar writes nothing outside of its folder, by path or by link', async () => {
    await writeFile(join(root, 'outside'), 'untouched');
    await symlink(root, join(here, 'door'));

    const hostile = await writtenTar([
      [{ name: '../outside' }, 'by path'],
      [{ name: '/../../outside' }, 'by absolute path'],
      [{ name: 'door/outside' }, 'by a link that was there'],
      [{ name: 'way', type: 'symlink', linkname: root }],
      [{ name: 'way/outside' }, 'by a link of its own'],
      [{ name: 'to', type: 'symlink', linkname: join(root, 'outside') }],
      [{ name: 'to' }, 'through the link'],
    ]);
    await unpackFiles(hostile, here, new Set(['../outside', 'door/../outside']));

    expect(await readFile(join(root, 'outside'), 'utf8')).toBe('untouched');
    expect(await readFile(join(here, 'to'), 'utf8')).toBe('through the link');
  });
});
