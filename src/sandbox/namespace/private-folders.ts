import { chmod, lstat, mkdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { BindRoot } from './place.ts';

export interface PrivateFolders {
  /** The temporary folders and what is visible in them, deepest first: the first one that fits a path is the right one. */
  readonly folders: readonly BindRoot[];
  /** To be mounted one after the other, `real` on `shown`. */
  readonly mounts: readonly BindRoot[];
}

/** World-writable, with the bit that keeps users from removing each other's files. */
const TEMPORARY_MODE = 0o1777;
const TEMPORARY = { tmp: '/tmp', 'var-tmp': '/var/tmp' } as const;

/**
 * Makes temporary folders for one script in `folder`. The folders `visible` that lie in a temporary folder of this
 * machine are shown at their place in the private one; a temporary folder that is itself visible is not private.
 */
export async function makePrivateFolders(
  folder: string,
  visible: readonly string[],
): Promise<PrivateFolders> {
  const seen = [...new Set(await Promise.all(visible.map((path) => realpath(path))))];
  const temporary: BindRoot[] = [];
  for (const [name, shown] of Object.entries(TEMPORARY)) {
    if (!(await isFolder(shown)) || seen.some((path) => isWithin(shown, path))) continue;
    const real = join(folder, name);
    await mkdir(real);
    // Not by mkdir, which the umask would narrow.
    await chmod(real, TEMPORARY_MODE);
    temporary.push({ shown, real });
  }
  const windows = seen
    .flatMap((path) => {
      const root = temporary.find(({ shown }) => isWithin(path, shown));
      return root === undefined
        ? []
        : [{ path, point: join(root.real, relative(root.shown, path)) }];
    })
    .toSorted((a, b) => a.path.length - b.path.length);
  for (const { point } of windows) await mkdir(point, { recursive: true });
  return {
    folders: [
      ...windows.toReversed().map(({ path }) => ({ shown: path, real: path })),
      ...temporary,
    ],
    // Through a window that is open, the point of one that lies in it is there already.
    mounts: [...windows.map(({ path, point }) => ({ shown: point, real: path })), ...temporary],
  };
}

/** Of its own: a link from one temporary folder to the other leads to a private one by itself. */
async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
