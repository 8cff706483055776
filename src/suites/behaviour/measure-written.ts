import type { Engine, PathChange } from '../../engine/contract.ts';
import { fileSizeOf, isEmptyFolder } from './container-files.ts';
import { otherMountsOf, volumesOf, type Subject } from './subject.ts';
import {
  isAllowed,
  leavesOf,
  MEASURED_FILES,
  type Written,
  type WrittenPath,
} from './writes-seen.ts';
import type { Trial } from './trial.ts';
import { sheltersOf, type Shelters } from './written-folders.ts';

/** Requests at the same time: enough to hide the wait, few enough for a busy engine. */
const AT_ONCE = 8;

/**
 * What a container, running or stopped, has written outside its volumes. `before` is what it had written
 * when state was about to be written.
 */
export async function measureWritten(
  { scope, subject }: Trial,
  containerId: string,
  before: readonly PathChange[],
): Promise<Written> {
  const { engine } = scope;
  const volumes = volumesOf(subject);
  const leaves = leavesOf(await engine.containers.changes(containerId), mountPointsOf(subject));
  const known = new Set(before.map(({ path }) => path));
  const isMeasured = ({ path, kind }: PathChange): boolean =>
    kind !== 'deleted' && !isAllowed(path, subject.mayWrite);
  const sizes = await sizesOf(engine, containerId, leaves.filter(isMeasured));
  const files = leaves.filter((change) => !isMeasured(change) || sizes.get(change.path) !== 'none');
  const [isVolumeUnused, paths] = [
    await areEmpty(engine, containerId, volumes),
    files.map((change): WrittenPath => ({
      ...change,
      sizeBytes: Number(sizes.get(change.path) ?? 0),
    })),
  ];
  return {
    paths: paths.toSorted((a, b) => b.sizeBytes - a.sizeBytes),
    byState: paths.map(({ path }) => path).filter((path) => !known.has(path)),
    isVolumeUnused: volumes.length > 0 && isVolumeUnused,
  };
}

/** Where a container has written, besides into its volumes. */
export async function sheltersIn(
  { scope, subject }: Trial,
  containerId: string,
): Promise<Shelters> {
  const changes = await scope.engine.containers.changes(containerId);
  return sheltersOf(changes, leavesOf(changes, mountPointsOf(subject)));
}

export function mountPointsOf(subject: Subject): readonly string[] {
  return [...volumesOf(subject), ...otherMountsOf(subject.image.profile)];
}

/** Sizes by path; `none` for a folder or another thing that is no file. */
async function sizesOf(
  engine: Engine,
  containerId: string,
  changes: readonly PathChange[],
): Promise<ReadonlyMap<string, number | 'none'>> {
  const sizes = new Map<string, number | 'none'>();
  const queue = changes.slice(0, MEASURED_FILES).values();
  const work = async (): Promise<void> => {
    for (const { path } of queue)
      sizes.set(path, (await fileSizeOf(engine, containerId, path)) ?? 'none');
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return sizes;
}

async function areEmpty(
  engine: Engine,
  containerId: string,
  volumes: readonly string[],
): Promise<boolean> {
  const empty = await Promise.all(volumes.map((path) => isEmptyFolder(engine, containerId, path)));
  return empty.every(Boolean);
}
