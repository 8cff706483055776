import { realpath } from 'node:fs/promises';
import type { Engine } from '../engine/contract.ts';
import type { Environment } from '../host/environment.ts';
import { openPlace } from './namespace/open-place.ts';
import type { BindRoot, Isolation, PlacedCommand, ScriptCommand } from './namespace/place.ts';
import { carryFiles } from './remote/carry-files.ts';
import { openReach, type Reach } from './remote/reach.ts';
import type { ScriptNetwork } from './script-network.ts';
import type { Leftovers, VirtualEngine } from './virtual/contract.ts';
import type { HostNetworks } from './virtual/host-network.ts';
import { openVirtualEngine } from './virtual/index.ts';

export interface SandboxOptions {
  /** Near or far. */
  readonly engine: Engine;
  /** On each container, network and volume that the script makes. */
  readonly labels: Readonly<Record<string, string>>;
  /** Existing private folder, outside the temporary folders of this machine. */
  readonly folder: string;
  readonly isolation: Isolation | 'auto';
  /** Folders that the script and its containers may use besides the temporary ones: the project's. They must exist. */
  readonly visible: readonly string[];
  /** PATH leads to the programs that make namespaces. */
  readonly env: Environment;
  /** Names of rules of the policy that do not hold for this script. @default none */
  readonly allow?: readonly string[] | undefined;
  /** Name to image that `docker run NAME` uses. @default none */
  readonly aliases?: Readonly<Record<string, string>> | undefined;
  /** Of all scripts that may run at the same time. @default its own */
  readonly hostNetworks?: HostNetworks | undefined;
}

/** One script's own view of an engine, and a place to live in. */
export interface Sandbox extends AsyncDisposable {
  readonly isolation: Isolation;
  /** Sentences for people: what is not as it could be, and why. */
  readonly notes: readonly string[];
  readonly engine: VirtualEngine;
  /** How connections to published ports come to the containers; absent before the first one. */
  readonly portWay: () => 'direct' | 'tunnel' | undefined;
  /** How to start a command in it. Any number of commands, one after the other or at once. */
  place(script: Omit<ScriptCommand, 'engineSocket'>): PlacedCommand;
  /** Ends and removes everything. All calls wait for the first. */
  close(): Promise<Leftovers>;
}

/**
 * Opens a sandbox. Before the script's first call nothing is made on the engine.
 * @throws {SandboxError} SANDBOX_ISOLATION_UNAVAILABLE, SANDBOX_SOCKET_PATH_TOO_LONG, SANDBOX_SOCKET_FAILED,
 * SANDBOX_ENDPOINT_UNSUPPORTED
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const place = await openPlace(options);
  const reach = openReach(options);
  try {
    const engine = await openVirtualEngine({
      endpoint: options.engine.endpoint,
      labels: options.labels,
      folder: options.folder,
      network: reachedBy(reach, place.network),
      carry: options.engine.info.isLocal
        ? undefined
        : (own) => carryFiles({ engine: options.engine, ...own }),
      binds: [...place.folders, ...(await sameFolders(options.visible, place.isolation))],
      allow: options.allow,
      aliases: options.aliases,
    });
    let closing: Promise<Leftovers> | undefined;
    const close = async (): Promise<Leftovers> => {
      try {
        return await engine.close();
      } finally {
        await Promise.all([place.close(), reach.close()]);
      }
    };
    const closeOnce = (): Promise<Leftovers> => (closing ??= close());
    return {
      isolation: place.isolation,
      notes: place.notes,
      portWay: reach.way,
      engine,
      place: (script) => place.place({ ...script, engineSocket: engine.socketPath }),
      close: closeOnce,
      [Symbol.asyncDispose]: async () => void (await closeOnce()),
    };
  } catch (error) {
    await place.close();
    throw error;
  }
}

/** A port that is opened will be connected to. */
function reachedBy(reach: Reach, network: ScriptNetwork): ScriptNetwork {
  return {
    listen: async (address) => {
      reach.prepare();
      return await network.listen(address);
    },
    dial: reach.dial,
    close: network.close,
  };
}

/** Without a place of its own, a script's temporary folders are those of the machine. */
const MACHINE_FOLDERS = ['/tmp', '/var/tmp'] as const;

async function sameFolders(
  visible: readonly string[],
  isolation: Isolation,
): Promise<readonly BindRoot[]> {
  const known = [...visible, ...(await Promise.all(visible.map((path) => realpath(path))))];
  const paths = isolation === 'host' ? [...known, ...MACHINE_FOLDERS] : known;
  return [...new Set(paths)].map((path) => ({ shown: path, real: path }));
}
