import type { SavedFile, SavedLayer } from './saved-image.ts';

/** A file of the image as whoever starts it sees it. */
export interface TreeFile<Facts = unknown> extends SavedFile<Facts> {
  /** The layer it comes from; the lowest is 0. */
  readonly layer: number;
}

/** A file of a lower layer that a higher one hides: it is still pulled, and anyone can read it. */
export interface HiddenFile<Facts = unknown> {
  readonly file: TreeFile<Facts>;
  readonly how: 'deleted' | 'replaced';
}

/** Where a path leads. */
export type Place<Facts = unknown> =
  | { readonly found: 'file'; readonly file: TreeFile<Facts> }
  /** `path` is what is missing, after the links on the way. */
  | { readonly found: 'nothing'; readonly path: string }
  /** Links that lead in a circle. */
  | { readonly found: 'loop'; readonly path: string };

/** All layers of an image on each other. */
export interface ImageTree<Facts = unknown> {
  /** By path, in no order. */
  readonly files: ReadonlyMap<string, TreeFile<Facts>>;
  readonly hidden: readonly HiddenFile<Facts>[];
  /** Follows symbolic links, of folders on the way too. A folder that no layer lists counts as there. */
  find(path: string): Place<Facts>;
  /** The file itself, when `path` leads to a regular one. */
  fileAt(path: string): TreeFile<Facts> | undefined;
}

/** Puts layers on each other, the lowest first: a later file replaces, a whiteout takes away. */
export function mergeLayers<Facts>(layers: readonly SavedLayer<Facts>[]): ImageTree<Facts> {
  const files = new Map<string, TreeFile<Facts>>();
  const hidden: HiddenFile<Facts>[] = [];
  for (const [layer, saved] of layers.entries()) {
    // What a layer takes away is of the layers below it, never its own.
    for (const file of takenAway(files, saved)) {
      files.delete(file.path);
      hidden.push({ file, how: 'deleted' });
    }
    for (const file of saved.files) {
      const before = files.get(file.path);
      if (before !== undefined && before.type !== 'folder')
        hidden.push({ file: before, how: 'replaced' });
      files.set(file.path, withTarget({ ...file, layer }, files));
    }
  }
  const folders = foldersOf(files);
  const find = (path: string): Place<Facts> => follow(path, files, folders);
  return {
    files,
    hidden: hidden.filter(({ file }) => file.type !== 'folder'),
    find,
    fileAt: (path) => {
      const place = find(path);
      return place.found === 'file' && place.file.type === 'file' ? place.file : undefined;
    },
  };
}

/** A hard link is its target by another name, and takes no room. */
function withTarget<Facts>(
  file: TreeFile<Facts>,
  files: ReadonlyMap<string, TreeFile<Facts>>,
): TreeFile<Facts> {
  if (file.type !== 'hardlink') return file;
  const target = files.get(file.linkTo ?? '');
  if (target?.type !== 'file') return file;
  return { ...target, path: file.path, layer: file.layer, sizeBytes: 0 };
}

function takenAway<Facts>(
  files: ReadonlyMap<string, TreeFile<Facts>>,
  saved: SavedLayer<Facts>,
): readonly TreeFile<Facts>[] {
  const emptied = new Set(saved.emptied);
  // What is no folder any more hides what was below it.
  const replaced = saved.files.filter(
    ({ path, type }) => type !== 'folder' && files.get(path)?.type === 'folder',
  );
  const removed = new Set([...saved.removed, ...replaced.map(({ path }) => path)]);
  if (removed.size === 0 && emptied.size === 0) return [];
  return [...files.values()].filter(
    ({ path }) =>
      removed.has(path) ||
      emptied.has('/') ||
      parentsOf(path).some((folder) => removed.has(folder) || emptied.has(folder)),
  );
}

/** The folders above a path, without the root: `/usr`, `/usr/lib`. */
export function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

function foldersOf(files: ReadonlyMap<string, TreeFile>): ReadonlySet<string> {
  const folders = new Set(['/']);
  for (const path of files.keys()) for (const folder of parentsOf(path)) folders.add(folder);
  return folders;
}

/** As the kernel's limit for one path. @see https://man7.org/linux/man-pages/man7/path_resolution.7.html */
const MOST_LINKS = 40;

function follow<Facts>(
  path: string,
  files: ReadonlyMap<string, TreeFile<Facts>>,
  folders: ReadonlySet<string>,
): Place<Facts> {
  let rest = partsOf(path);
  let at = '';
  let links = 0;
  while (rest.length > 0) {
    const [part = '', ...after] = rest;
    rest = after;
    if (part === '..') {
      at = at.slice(0, Math.max(at.lastIndexOf('/'), 0));
      continue;
    }
    const next = `${at}/${part}`;
    const file = files.get(next);
    if (file?.type === 'symlink') {
      links += 1;
      if (links > MOST_LINKS) return { found: 'loop', path };
      const target = file.linkTo ?? '';
      if (target.startsWith('/')) at = '';
      rest = [...partsOf(target), ...rest];
      continue;
    }
    if (file === undefined && !folders.has(next))
      return { found: 'nothing', path: [next, ...rest].join('/') };
    at = next;
  }
  return { found: 'file', file: files.get(at) ?? folderAt(at) };
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** One that layers put files into without listing it. */
function folderAt(path: string): TreeFile<never> {
  return {
    path: path === '' ? '/' : path,
    type: 'folder',
    mode: 0o755,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    hasCapabilities: false,
    layer: 0,
  };
}
