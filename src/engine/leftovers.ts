import type { Engine, EngineObject } from './contract.ts';
import { labelNames } from './labels.ts';
import { livenessOf, parseOwner, whereabouts, type Whereabouts } from './owner.ts';
import { removeObjects } from './removal.ts';
import { killGroup, parseMarkerName, type OwnedGroup } from './process-groups.ts';
import { killTenants } from './tenants.ts';
import {
  findDeadFolders,
  removeFolder,
  stateRoot,
  temporaryRoot,
  type DeadFolder,
} from './temporary-folders.ts';

/** Something of ours whose process is gone. */
export type Leftover =
  | {
      readonly kind: EngineObject['kind'];
      readonly name: string;
      /** Run that made it. */
      readonly runId: string;
      readonly object: EngineObject;
    }
  | { readonly kind: 'folder'; readonly name: string }
  | {
      readonly kind: 'process group';
      /** Path of the marker. */
      readonly name: string;
      readonly group: OwnedGroup;
    };

export interface LeftoverOptions {
  /** Folder of the temporary folders. @default one per user in the system's, and one outside of it */
  readonly temporaryRoot?: string | undefined;
  /** @default this process */
  readonly here?: Whereabouts | undefined;
  /** @default now */
  readonly now?: Date | undefined;
}

/** What could not be removed, and why. */
export interface KeptLeftover {
  readonly leftover: Leftover;
  readonly cause: unknown;
}

const MAX_AGE_MS = 24 * 3_600_000;

/**
 * Objects with our labels, and temporary folders, whose process is surely dead; of another machine or pid
 * namespace, those older than a day. Nothing without our labels is ever among them.
 */
export async function findLeftovers(
  engine: Engine,
  options: LeftoverOptions = {},
): Promise<readonly Leftover[]> {
  const { here = whereabouts(), now = new Date() } = options;
  const roots =
    options.temporaryRoot === undefined ? [temporaryRoot(), stateRoot()] : [options.temporaryRoot];
  const [objects, folders] = await Promise.all([
    engine.objects.list([labelNames.run, labelNames.owner]),
    Promise.all(roots.map((root) => findDeadFolders(root, here.owner, now))),
  ]);
  return [
    ...objects.filter((object) => isLeftover(object, here, now)).map(toLeftover),
    ...folders.flat().map(toFolderLeftover),
  ];
}

/** Removes leftovers. What another process removes at the same time counts as removed. Returns what is left. */
export async function removeLeftovers(
  engine: Engine,
  found: readonly Leftover[],
): Promise<readonly KeptLeftover[]> {
  for (const each of found) if ('group' in each) killGroup(each.group);
  await killTenants(found.flatMap((each) => (each.kind === 'folder' ? [each.name] : [])));
  const objects = found.flatMap((each) => ('object' in each ? [each.object] : []));
  const folders = found.filter((each) => !('object' in each));
  const [remnants, kept] = await Promise.all([
    removeObjects(engine.objects, objects),
    Promise.all(folders.map(removeFolderOf)),
  ]);
  return [
    ...remnants.map(({ object, cause }) => ({ leftover: toLeftover(object), cause })),
    ...kept.flat(),
  ];
}

/** Finds and removes. Several processes may do it at the same time. */
export async function sweep(
  engine: Engine,
  options: LeftoverOptions = {},
): Promise<{ readonly found: readonly Leftover[]; readonly kept: readonly KeptLeftover[] }> {
  const found = await findLeftovers(engine, options);
  return { found, kept: found.length === 0 ? [] : await removeLeftovers(engine, found) };
}

function isLeftover(object: EngineObject, here: Whereabouts, now: Date): boolean {
  const owner = parseOwner(object.labels[labelNames.owner] ?? '');
  const host = object.labels[labelNames.host] ?? '';
  const liveness = owner === undefined ? 'unknown' : livenessOf(owner, host, here);
  if (liveness !== 'unknown') return liveness === 'dead';
  const createdAt = Date.parse(object.labels[labelNames.created] ?? object.createdAt ?? '');
  return now.getTime() - createdAt > MAX_AGE_MS;
}

function toLeftover(object: EngineObject): Leftover {
  const { kind, name } = object;
  return { kind, name, runId: object.labels[labelNames.run] ?? '', object };
}

function toFolderLeftover({ path, rest, isSameSpace }: DeadFolder): Leftover {
  const group = parseMarkerName(rest);
  // Of another boot or pid namespace, the number of a group means nothing here.
  if (group === undefined || !isSameSpace) return { kind: 'folder', name: path };
  return { kind: 'process group', name: path, group };
}

async function removeFolderOf(leftover: Leftover): Promise<readonly KeptLeftover[]> {
  try {
    await removeFolder(leftover.name);
    return [];
  } catch (cause) {
    return [{ leftover, cause }];
  }
}
