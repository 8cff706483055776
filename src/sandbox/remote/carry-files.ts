import { lstat, mkdir, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import type { Engine } from '../../engine/contract.ts';
import type { CarriedBind, FileCarrier } from '../file-carrier.ts';
import { packFiles } from './pack-folder.ts';
import { unpackFiles } from './unpack-folder.ts';

export interface CarrierOptions {
  readonly engine: Engine;
  /** On the volumes that take the place of folders. */
  readonly labels: Readonly<Record<string, string>>;
  /** Before the names of the volumes. */
  readonly prefix: string;
}

interface Load {
  readonly bind: CarriedBind;
  /** What was pushed, or was pulled last. */
  paths: ReadonlySet<string>;
}

interface Carried {
  readonly loads: readonly Load[];
  /** Whether the container may have something that is not here. */
  isAway: boolean;
  /** Only one of push and pull at a time. */
  queue: Promise<void>;
}

/**
 * Carries files over the archive API, which works on containers that do not run. A folder becomes a new volume for each
 * container, so that what was removed here is not there; containers that run at the same time share one.
 */
export function carryFiles({ engine, labels, prefix }: CarrierOptions): FileCarrier {
  const containers = new Map<string, Carried>();
  const volumes = new Map<string, string>();
  let count = 0;

  const isShared = (real: string): boolean =>
    [...containers.values()].some(
      ({ isAway, loads }) => isAway && loads.some(({ bind }) => bind.real === real),
    );
  const volumeOf = (real: string): string => {
    const known = volumes.get(real);
    if (known !== undefined && isShared(real)) return known;
    count += 1;
    const name = `${prefix}bind-${String(count)}`;
    volumes.set(real, name);
    return name;
  };
  const inTurn = async (id: string, work: (carried: Carried) => Promise<void>): Promise<void> => {
    const carried = containers.get(id);
    if (carried === undefined) return;
    const before = carried.queue;
    const mine = before.catch(() => undefined).then(async () => await work(carried));
    carried.queue = mine;
    await mine;
  };
  return {
    mountFor: async ({ real, target, isReadOnly }) => {
      if ((await kindOf(real)) === 'file') return undefined;
      await mkdir(real, { recursive: true });
      return {
        Type: 'volume',
        Source: volumeOf(real),
        Target: target,
        ReadOnly: isReadOnly,
        VolumeOptions: { Labels: labels, NoCopy: true },
      };
    },
    made: (id, binds) => {
      const loads = binds.map((bind) => ({ bind, paths: new Set<string>() }));
      containers.set(id, { loads, isAway: false, queue: Promise.resolve() });
    },
    push: async (id) =>
      await inTurn(id, async (carried) => {
        if (carried.isAway) return;
        for (const load of carried.loads) await pushLoad(engine, id, load);
        carried.isAway = true;
      }),
    pull: async (id) => {
      await inTurn(id, async (carried) => {
        if (carried.isAway && !(await isRunning(engine, id))) await pullAll(engine, id, carried);
      });
      return containers.get(id)?.isAway !== true;
    },
    pullLast: async (id) =>
      await inTurn(id, async (carried) => {
        if (!carried.isAway) return;
        // It may be refused, and go on.
        const goesOn = await isRunning(engine, id);
        await pullAll(engine, id, carried);
        carried.isAway = goesOn;
      }),
    forget: (id) => {
      containers.delete(id);
    },
  };
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  const found: Stats | undefined = await stat(path).catch(() => undefined);
  if (found === undefined) return 'nothing';
  return found.isDirectory() ? 'folder' : 'file';
}

async function pushLoad(engine: Engine, id: string, load: Load): Promise<void> {
  const { real, target } = load.bind;
  const isFolder = (await lstat(real)).isDirectory();
  // A file's folder may not be there; what leads to it is made from its name.
  const { tar, paths } = packFiles(real, isFolder ? '.' : target.slice(1));
  await engine.containers.writeArchive(id, isFolder ? target : '/', tar);
  load.paths = paths;
}

async function isRunning(engine: Engine, id: string): Promise<boolean> {
  return (await engine.containers.inspect(id))?.isRunning === true;
}

async function pullAll(engine: Engine, id: string, carried: Carried): Promise<void> {
  for (const load of carried.loads) await pullLoad(engine, id, load);
  carried.isAway = false;
}

async function pullLoad(engine: Engine, id: string, load: Load): Promise<void> {
  const { real, target, isReadOnly } = load.bind;
  if (isReadOnly || !(await lstat(real)).isDirectory()) return;
  const tar = await engine.containers.readArchive(id, `${target}/.`);
  if (tar !== undefined) load.paths = await unpackFiles(tar, real, load.paths);
}
