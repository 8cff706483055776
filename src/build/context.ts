import {
  lstatSync,
  readdirSync,
  readlinkSync,
  statSync,
  type BigIntStats,
  type Dirent,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemCodeOf } from '../kernel/errors.ts';
import { BuildError } from './errors.ts';

/** What the build may see of a folder; `dockerfile/ignore.ts` makes one from a .dockerignore. */
export interface ContextFilter {
  /** Whether the path (relative, `/` between names) reaches the build. */
  includes(path: string): boolean;
  /** Whether nothing below the excluded folder can be included, so that it need not be read. */
  excludesWhole(folder: string): boolean;
}

/** What is at a path, as far as an image can tell. */
export interface ContextEntry {
  /** Relative to the context, `/` between names, never starting with one. */
  readonly path: string;
  readonly type: 'file' | 'folder' | 'link';
  /** Permission bits, set-id and sticky bits included. */
  readonly mode: number;
  /** 0 unless it is a file. */
  readonly sizeBytes: number;
  /** Where a link points; as written, never followed. */
  readonly linkTarget?: string | undefined;
  /** Tells whether a file is still the one that was seen. */
  readonly stamp: FileStamp;
}

/** Changes whenever the content may have changed. */
export interface FileStamp {
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly inode: bigint;
}

/** The names, kinds and sizes of all that a build may see, at one moment. Contents stay on the disk. */
export interface ContextSnapshot {
  /** Absolute. */
  readonly folder: string;
  /** A folder always before what is in it; the same order for the same names everywhere. */
  readonly entries: readonly ContextEntry[];
  readonly sizeBytes: number;
  /** Sockets, pipes and devices: docker leaves them out too. */
  readonly skipped: readonly string[];
  readonly filter: ContextFilter;
}

export const everything: ContextFilter = Object.freeze({
  includes: () => true,
  excludesWhole: () => false,
});

/**
 * Reads the names of a context folder.
 *
 * The synchronous calls are on purpose: an asynchronous `lstat` costs ten times as much, and a plan with
 * nothing to do has to be quick. Every few hundred entries other work gets its turn.
 *
 * @throws {BuildError} BUILD_CONTEXT_MISSING, BUILD_CONTEXT_UNREADABLE, BUILD_CONTEXT_NAME_INVALID, or
 * BUILD_CONTEXT_CHANGED when a file vanishes meanwhile.
 */
export async function scanContext(folder: string, filter: ContextFilter): Promise<ContextSnapshot> {
  assertFolder(folder);
  const scan: Scan = { folder, filter, entries: [], skipped: [], sinceTurn: 0 };
  await scanFolder(scan, '');
  const { entries, skipped } = scan;
  const sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  return Object.freeze({ folder, entries, skipped, sizeBytes, filter });
}

interface Scan {
  readonly folder: string;
  readonly filter: ContextFilter;
  readonly entries: ContextEntry[];
  readonly skipped: string[];
  sinceTurn: number;
}

const ENTRIES_PER_TURN = 500;

async function scanFolder(scan: Scan, parent: string): Promise<void> {
  for (const child of listFolder(scan, parent)) {
    const path = parent === '' ? child.name : `${parent}/${child.name}`;
    const isIncluded = scan.filter.includes(path);
    if (child.isDirectory()) {
      await scanSubfolder(scan, { path, isIncluded });
    } else if (isIncluded) {
      const entry = describe(scan, path);
      if (entry === undefined) scan.skipped.push(path);
      else scan.entries.push(entry);
    }
    scan.sinceTurn += 1;
    if (scan.sinceTurn < ENTRIES_PER_TURN) continue;
    scan.sinceTurn = 0;
    await nextTurn();
  }
}

/** An excluded folder still reaches the build when something in it is taken back with `!`. */
async function scanSubfolder(
  scan: Scan,
  { path, isIncluded }: { readonly path: string; readonly isIncluded: boolean },
): Promise<void> {
  if (!isIncluded && scan.filter.excludesWhole(path)) return;
  const entry = describe(scan, path);
  const before = scan.entries.length;
  if (entry !== undefined) scan.entries.push(entry);
  await scanFolder(scan, path);
  if (!isIncluded && scan.entries.length === before + 1) scan.entries.length = before;
}

function listFolder(scan: Scan, path: string): readonly Dirent[] {
  const absolute = join(scan.folder, path);
  const children = accessing(path === '' ? '.' : path, () =>
    readdirSync(absolute, { withFileTypes: true }),
  );
  const invalid = children.find(({ name }) => name.includes('\uFFFD'));
  if (invalid !== undefined) assertUtf8Names(scan, path);
  return children.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A replacement character in a decoded name is a real one, or stands for bytes that are no UTF-8. */
function assertUtf8Names(scan: Scan, folder: string): void {
  const names = readdirSync(join(scan.folder, folder), { encoding: 'buffer' });
  for (const bytes of names) {
    const name = bytes.toString('utf8');
    const path = folder === '' ? name : `${folder}/${name}`;
    if (Buffer.from(name, 'utf8').equals(bytes) || !scan.filter.includes(path)) continue;
    throw new BuildError(
      'BUILD_CONTEXT_NAME_INVALID',
      `The name of a file in the context is not UTF-8: ${JSON.stringify(path)} (bytes ${bytes.toString('hex')})`,
      { details: { path } },
    );
  }
}

/** Absent for what cannot be in a context: a socket, a pipe, a device. */
function describe(scan: Scan, path: string): ContextEntry | undefined {
  const absolute = join(scan.folder, path);
  return accessing(path, () => {
    const stats = lstatSync(absolute, { bigint: true });
    const common = { path, mode: Number(stats.mode & 0o7777n), stamp: stampOf(stats) };
    if (stats.isDirectory()) return { ...common, type: 'folder', sizeBytes: 0 };
    if (stats.isFile()) return { ...common, type: 'file', sizeBytes: Number(stats.size) };
    if (!stats.isSymbolicLink()) return undefined;
    return { ...common, type: 'link', sizeBytes: 0, linkTarget: readlinkSync(absolute) };
  });
}

export function stampOf(stats: BigIntStats): FileStamp {
  return {
    sizeBytes: Number(stats.size),
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    inode: stats.ino,
  };
}

export function isSameStamp(a: FileStamp, b: FileStamp): boolean {
  return (
    a.sizeBytes === b.sizeBytes &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.inode === b.inode
  );
}

function accessing<Value>(path: string, access: () => Value): Value {
  try {
    return access();
  } catch (error) {
    throw contextError(path, error);
  }
}

/** What a failed access to a file of the context means. */
export function contextError(path: string, thrown: unknown): BuildError {
  if (thrown instanceof BuildError) return thrown;
  const systemCode = systemCodeOf(thrown) ?? 'unknown error';
  const options = { cause: thrown, details: { path, systemCode } };
  return systemCode === 'ENOENT' || systemCode === 'ENOTDIR'
    ? new BuildError(
        'BUILD_CONTEXT_CHANGED',
        `${path} vanished while the context was read`,
        options,
      )
    : new BuildError('BUILD_CONTEXT_UNREADABLE', `${path} cannot be read: ${systemCode}`, options);
}

function assertFolder(folder: string): void {
  let found: string;
  try {
    if (statSync(folder).isDirectory()) return;
    found = 'is not a folder';
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw contextError(folder, error);
    found = 'does not exist';
  }
  throw new BuildError('BUILD_CONTEXT_MISSING', `The context folder ${folder} ${found}`);
}
