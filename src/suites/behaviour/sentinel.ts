import type { Engine } from '../../engine/contract.ts';
import { packEntries } from '../../engine/image-archive.ts';
import { firstEntryOf } from './container-files.ts';
import { volumesOf } from './subject.ts';
import type { Trial } from './trial.ts';

/** A file that was put into a volume, as it was found in the next container on that volume. */
export interface Sentinel {
  readonly volume: string;
  readonly path: string;
  readonly found: 'intact' | 'gone' | 'changed';
  readonly ownerBefore: string;
  /** Absent when the file is gone. */
  readonly ownerAfter: string | undefined;
}

/** What was put where, to look for it later. */
export interface PlantedSentinel {
  readonly volume: string;
  readonly path: string;
  readonly content: string;
  readonly owner: string;
}

/** A dot file: programs that list their data folder usually pass over it. */
const NAME = '.seatrial-sentinel';

/**
 * Puts a file into a volume of a running container, owned by whoever owns the volume's folder. It is done
 * after the container became ready, because some programs (`initdb`) refuse to start in a folder that is not
 * empty. Needs no program in the image.
 */
async function plantSentinel(
  engine: Engine,
  containerId: string,
  at: { readonly volume: string; readonly content: string },
): Promise<PlantedSentinel> {
  const folder = await firstEntryOf(engine, containerId, at.volume);
  const { uid = 0, gid = 0 } = folder?.header ?? {};
  const tar = await packEntries([{ path: `/${NAME}`, contents: at.content, uid, gid }]);
  await engine.containers.writeArchive(containerId, at.volume, tar);
  return { ...at, path: `${at.volume}/${NAME}`, owner: `${uid}:${gid}` };
}

/** One in each volume. */
export async function plantSentinels(
  { scope, subject }: Trial,
  containerId: string,
): Promise<readonly PlantedSentinel[]> {
  return await Promise.all(
    volumesOf(subject).map((volume) =>
      plantSentinel(scope.engine, containerId, { volume, content: `kept by ${containerId}\n` }),
    ),
  );
}

/** Looks for a planted file in another container. */
export async function findSentinel(
  engine: Engine,
  containerId: string,
  planted: PlantedSentinel,
): Promise<Sentinel> {
  const entry = await firstEntryOf(engine, containerId, planted.path);
  const { volume, path, owner } = planted;
  const before = { volume, path, ownerBefore: owner };
  if (entry === undefined) return { ...before, found: 'gone', ownerAfter: undefined };
  return {
    ...before,
    found: entry.content === planted.content ? 'intact' : 'changed',
    ownerAfter: `${entry.header.uid ?? 0}:${entry.header.gid ?? 0}`,
  };
}
