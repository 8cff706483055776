import { createWriteStream } from 'node:fs';
import { chmod, lchown, lstat, mkdir, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Header } from 'tar-stream';
import { readTar } from '../../engine/entry-stream.ts';

/**
 * Writes a tar of a container's folder over a folder of this machine, and removes of `before` what the tar has no more;
 * what else is there stays. A tar comes from a container: no entry is written through a link, or outside the folder.
 * Returns the paths that are in it.
 */
export async function unpackFiles(
  tar: Readable,
  folder: string,
  before: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  const folders: { readonly path: string; readonly header: Header }[] = [];
  const isOwner = process.getuid?.() === 0;
  await readTar(
    tar,
    async (header, content) => {
      const name = nameBelow(header.name);
      if (name === undefined) return;
      const path = join(folder, name);
      if (name !== '') {
        paths.add(name);
        await clearWay(folder, name, header.type === 'directory');
      }
      if (header.type === 'directory') {
        await mkdir(path, { recursive: true });
        folders.push({ path, header });
      } else if (header.type === 'symlink') await symlink(header.linkname ?? '', path);
      else if (header.type === 'file')
        await pipeline(Readable.from(content), createWriteStream(path));
      else return;
      if (isOwner) await lchown(path, header.uid ?? 0, header.gid ?? 0);
      if (header.type === 'file') await keepModeAndTime(path, header);
    },
    new AbortController().signal,
  );
  // Last, because a folder may be one that nobody may write to.
  for (const { path, header } of folders.toReversed()) await keepModeAndTime(path, header);
  const gone = [...before].filter((name) => name === nameBelow(name) && !paths.has(name));
  for (const name of gone) {
    if (await isReachedWithoutLink(folder, dirname(name))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
  return paths;
}

async function keepModeAndTime(path: string, { mode, mtime }: Header): Promise<void> {
  if (mode !== undefined) await chmod(path, mode & 0o7777);
  if (mtime !== undefined) await utimes(path, mtime, mtime);
}

/** Path below the folder, which itself is ''; absent for one that leads out of it. */
function nameBelow(entry: string): string | undefined {
  const name = posix.normalize(entry).replace(/^\.?\/+|\/+$/gu, '');
  if (name === '.' || name === '') return '';
  return name === '..' || name.startsWith('../') ? undefined : name;
}

/** Removes what stands where an entry goes, and links that stand on the way. */
async function clearWay(folder: string, name: string, isFolder: boolean): Promise<void> {
  const parts = name.split('/');
  for (let count = 1; count <= parts.length; count += 1) {
    const path = join(folder, ...parts.slice(0, count));
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) continue;
    const isKept = found.isDirectory() && (count < parts.length || isFolder);
    if (!isKept) await rm(path, { recursive: true, force: true });
  }
  await mkdir(dirname(join(folder, name)), { recursive: true });
}

async function isReachedWithoutLink(folder: string, name: string): Promise<boolean> {
  const parts = name === '.' ? [] : name.split('/');
  for (let count = 1; count <= parts.length; count += 1) {
    const found = await lstat(join(folder, ...parts.slice(0, count))).catch(() => undefined);
    if (found === undefined || !found.isDirectory()) return false;
  }
  return true;
}
