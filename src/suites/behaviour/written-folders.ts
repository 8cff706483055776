import type { PathChange } from '../../engine/contract.ts';
import { ancestorsOf } from './writes-seen.ts';

/** Where a container has to be able to write. */
export interface Shelters {
  /** Folders that the image does not have, and those that are made for what may be lost. */
  readonly tmpfs: readonly string[];
  /** Folders of the image, with something in them that the program may need. */
  readonly volumes: readonly string[];
  /** Written directly into `/`, where nothing can be mounted. */
  readonly homeless: readonly string[];
}

const PASSING: ReadonlySet<string> = new Set(['/tmp', '/run', '/var/run', '/var/tmp', '/var/lock']);

/**
 * The fewest folders that hold all that was written.
 * @param changes all of a container
 * @param leaves those that no other lies under
 */
export function sheltersOf(
  changes: readonly PathChange[],
  leaves: readonly PathChange[],
): Shelters {
  const added = new Set(changes.flatMap(({ path, kind }) => (kind === 'added' ? [path] : [])));
  const written = leaves.map(({ path }) => homeOf(path, added));
  const folders = withoutInner([...new Set(written)].filter((folder) => folder !== '/'));
  const isPassing = (folder: string): boolean => PASSING.has(folder) || added.has(folder);
  return {
    tmpfs: folders.filter(isPassing),
    volumes: folders.filter((folder) => !isPassing(folder)),
    homeless: leaves.map(({ path }) => path).filter((path) => homeOf(path, added) === '/'),
  };
}

/** The outermost folder that is new, or the folder that was there and holds the path. */
function homeOf(path: string, added: ReadonlySet<string>): string {
  const folders = ancestorsOf(path);
  return (
    folders.find((folder) => PASSING.has(folder) || added.has(folder)) ?? folders.at(-1) ?? '/'
  );
}

function withoutInner(folders: readonly string[]): readonly string[] {
  return folders
    .filter((folder) => !folders.some((outer) => folder.startsWith(`${outer}/`)))
    .toSorted();
}
