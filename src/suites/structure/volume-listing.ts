import type { Engine } from '../../engine/contract.ts';
import { withArchive } from '../container-archive.ts';

/** Path to what changes when it is written to. */
export type VolumeListing = ReadonlyMap<string, string>;

/** All that lies in the volumes of a container, without what is in the files. */
export async function listVolumes(
  engine: Engine,
  containerId: string,
  volumes: readonly string[],
): Promise<VolumeListing> {
  const listing = new Map<string, string>();
  for (const path of volumes) {
    await withArchive(engine, { containerId, path }, async (entries) => {
      for await (const entry of entries) {
        const { name, type, size, mode, mtime } = entry.header;
        const below = name.split('/').slice(1).join('/');
        listing.set(`${path}/${below}`, [type, size, mode, mtime.getTime()].join(' '));
        entry.resume();
      }
    });
  }
  return listing;
}

const MOST_SHOWN = 3;

/** Paths that are new, gone or written to, a few of them by name. The folder of a changed file is left out. */
export function changedBelow(before: VolumeListing, after: VolumeListing): readonly string[] {
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  const shown = changed
    .filter((path) => !changed.some((other) => other !== path && other.startsWith(path)))
    .sort();
  const more = shown.length - MOST_SHOWN;
  return more > 0 ? [...shown.slice(0, MOST_SHOWN), `${more} more paths`] : shown;
}
