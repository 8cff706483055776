import type { PathChange } from '../../engine/contract.ts';

/** What a container wrote outside its volumes. */
export interface Written {
  /** Files and deletions, largest first. */
  readonly paths: readonly WrittenPath[];
  /** Of these, the ones that were not there, or not yet changed, before `state.write`. */
  readonly byState: readonly string[];
  /** Whether the image has volumes and none of them holds anything. */
  readonly isVolumeUnused: boolean;
}

export interface WrittenPath {
  readonly path: string;
  readonly kind: 'changed' | 'added' | 'deleted';
  /** 0 for a deletion, for what is allowed, and for files beyond the first `MEASURED_FILES`. */
  readonly sizeBytes: number;
}

/** One request per file: more would cost more time than the figure is worth. */
export const MEASURED_FILES = 200;

/**
 * The changes that no other change lies under, without mount points: the engine lists each parent folder of
 * a changed file as changed too, and makes the folders that volumes are mounted on.
 */
export function leavesOf(
  changes: readonly PathChange[],
  mountPoints: readonly string[],
): readonly PathChange[] {
  const parents = new Set(changes.flatMap(({ path }) => ancestorsOf(path)));
  const covered = new Set(mountPoints.flatMap((path) => [path, ...ancestorsOf(path)]));
  return changes.filter(({ path }) => !parents.has(path) && !covered.has(path));
}

/** Places that are made for what may be lost. */
const PASSING_FOLDERS = ['/tmp', '/var/tmp', '/run', '/var/run', '/dev', '/var/lock'];
const PASSING_FILE = /\.(?:pid|lock|lck|sock|socket)$/u;

/** Whether a path may be written without a word, by its nature or because the owner said so. */
export function isAllowed(path: string, mayWrite: readonly string[]): boolean {
  if (PASSING_FILE.test(path)) return true;
  return [...PASSING_FOLDERS, ...mayWrite].some((folder) => isUnder(path, folder));
}

function isUnder(path: string, folder: string): boolean {
  const base = folder.replace(/\/+$/u, '');
  return path === base || path.startsWith(`${base}/`);
}

/** The folders that a path is in, the outermost first. */
export function ancestorsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}
