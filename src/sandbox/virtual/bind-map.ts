import { realpath } from 'node:fs/promises';
import { posix } from 'node:path';
import { systemCodeOf } from '../../kernel/errors.ts';
import type { BindRoot } from './contract.ts';

/** Which folders of the machine a script may mount, under which names. */
export interface BindMap {
  /** Longest `shown` first. */
  readonly roots: readonly BindRoot[];
  /** Socket that stands for the engine in the script's world. */
  readonly socketPath: string;
  /** Sockets of the real engine, which are never mounted. */
  readonly engineSockets: ReadonlySet<string>;
}

/** Where a path of the script is for the engine, or why it may not be mounted. */
export type BindPlace = { readonly real: string } | { readonly rule: 'bind.path' | 'bind.symlink' };

/** Mounts of the engine's socket get the session's own. */
const ENGINE_SOCKETS: readonly string[] = ['/var/run/docker.sock', '/run/docker.sock'];

/** `engineUrl` is that of the real engine. */
export function bindMap(
  roots: readonly BindRoot[],
  sockets: { readonly own: string; readonly engineUrl: string },
): BindMap {
  const real = sockets.engineUrl.replace(/^unix:\/\//u, '');
  return {
    engineSockets: new Set([...ENGINE_SOCKETS, real]),
    roots: roots.toSorted((left, right) => right.shown.length - left.shown.length),
    socketPath: sockets.own,
  };
}

/** `path` is absolute, in the script's world. */
export async function placeOf(path: string, map: BindMap): Promise<BindPlace> {
  const clean = posix.normalize(path).replace(/(?<=.)\/$/u, '');
  if (map.engineSockets.has(clean) || clean === map.socketPath) return { real: map.socketPath };
  const root = map.roots.find(({ shown }) => isWithin(clean, shown));
  if (root === undefined) return { rule: 'bind.path' };
  const real = `${root.real}${clean.slice(root.shown.length)}`;
  // The whole way is looked up: a link may lead out of the folder, and into another that is allowed.
  const resolved = await resolvedPath(real);
  const realRoots = await Promise.all(map.roots.map((each) => resolvedPath(each.real)));
  if (!realRoots.some((each) => isWithin(resolved, each))) return { rule: 'bind.symlink' };
  return { real: map.engineSockets.has(resolved) ? map.socketPath : resolved };
}

/** With all links followed, as far as the path is there; the engine makes the rest. */
async function resolvedPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = systemCodeOf(error);
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || path === '/') throw error;
    return posix.join(await resolvedPath(posix.dirname(path)), posix.basename(path));
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Replaces private folders of ours in a text by what the script calls them. */
export function hostToShown(text: string, { roots }: BindMap): string {
  return roots
    .filter(({ shown, real }) => shown !== real)
    .reduce((current, { shown, real }) => current.replaceAll(real, shown), text);
}
