import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../host/environment.ts';
import { readTextIfThere } from '../../host/files.ts';
import { runProcess } from '../../host/process.ts';
import { dialContainer } from '../virtual/host-network.ts';
import { holdNetwork, openOutbound } from './hold-network.ts';
import { insideCommand, OUTBOUND_NAME_SERVER, type Holder, type PlacedWork } from './launch.ts';
import { lendSockets } from './lent-sockets.ts';
import { joinNetwork } from './network.ts';
import { placeEnvironment } from './place-environment.ts';
import type { BindRoot, ScriptCommand, ScriptPlace } from './place.ts';
import { makePrivateFolders } from './private-folders.ts';

export interface NamespaceOptions {
  /** Existing private folder, outside the temporary folders of this machine: those are hidden from the script. */
  readonly folder: string;
  /** Folders that the script needs though they may lie in a temporary folder: the project's. They must exist. */
  readonly visible: readonly string[];
  /** PATH leads to `unshare`, `nsenter`, `setpriv` and `slirp4netns`. */
  readonly env: Environment;
}

export type NamespaceAttempt =
  | {
      readonly place: ScriptPlace;
      /** Why the script reaches nothing but its own `localhost`; absent when it reaches all that this machine does. */
      readonly outboundObstacle?: string | undefined;
      readonly obstacle?: undefined;
    }
  | { readonly obstacle: string; readonly place?: undefined };

/**
 * Opens a place with a network, processes, mounts and temporary folders of its own. Whether this machine allows that
 * is found by doing it: the answer is a place, or what the system said.
 */
export async function openNamespace(options: NamespaceOptions): Promise<NamespaceAttempt> {
  const { folder, visible, env } = options;
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const [network, { folders, mounts }, nameServer] = await Promise.all([
    holdNetwork({ uid, gid }, env),
    makePrivateFolders(folder, visible),
    nameServerMount(folder),
  ]);
  if (network.holder === undefined) return { obstacle: network.obstacle };
  const { holder } = network;
  const [outbound, refusal] = await Promise.all([
    openOutbound(holder, env),
    tryOut(holder, [...mounts, ...nameServer], env),
  ]);
  const processes = [
    network.process,
    ...(outbound.process === undefined ? [] : [outbound.process]),
  ];
  const close = async (): Promise<void> => {
    await Promise.all(processes.map((each) => each.end()));
  };
  if (refusal !== undefined) {
    await close();
    return { obstacle: refusal };
  }
  const world: World = {
    holder,
    folders,
    mounts: outbound.process === undefined ? mounts : [...mounts, ...nameServer],
    env,
    close,
  };
  return { place: toPlace(world), outboundObstacle: outbound.obstacle };
}

/** What a script's place is made of. */
interface World {
  readonly holder: Holder;
  readonly folders: readonly BindRoot[];
  readonly mounts: readonly BindRoot[];
  readonly env: Environment;
  readonly close: () => Promise<void>;
}

function toPlace({ holder, folders, mounts, env, close }: World): ScriptPlace {
  const sockets = lendSockets(holder, env);
  const network = joinNetwork({ listen: sockets.listen, dial: dialContainer });
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    await Promise.all([network.close(), sockets.close(), close()]);
  };
  const closeOnce = (): Promise<void> => (closing ??= closeAll());
  return {
    isolation: 'ns',
    notes: [],
    network,
    folders,
    place: (script) => {
      const work = { ...script, mounts: [...mounts, ...engineMount(script)] };
      const [file, ...argv] = insideCommand(holder, work);
      return { file, argv, env: placeEnvironment(script, true) };
    },
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

/** Where clients look when DOCKER_HOST is not set, or was unset by a script. */
const USUAL_SOCKET = '/var/run/docker.sock';

function engineMount({ engineSocket }: ScriptCommand): readonly BindRoot[] {
  return existsSync(USUAL_SOCKET) ? [{ real: engineSocket, shown: USUAL_SOCKET }] : [];
}

/** This machine's own name server may be on its loopback, which is not the script's. */
async function nameServerMount(folder: string): Promise<readonly BindRoot[]> {
  const shown = '/etc/resolv.conf';
  const text = await readTextIfThere(shown);
  if (text === undefined) return [];
  const kept = text.split('\n').filter((line) => /^\s*(?:search|domain|options)\s/u.test(line));
  const real = join(folder, 'resolv.conf');
  await writeFile(real, `${[`nameserver ${OUTBOUND_NAME_SERVER}`, ...kept].join('\n')}\n`);
  return [{ real, shown }];
}

/** Nothing of a script may run halfway in: what a machine forbids must be known before. */
async function tryOut(
  holder: Holder,
  mounts: readonly BindRoot[],
  env: Environment,
): Promise<string | undefined> {
  const work: PlacedWork = { mounts, cwd: '/', command: ['true'] };
  const [file, ...argv] = insideCommand(holder, work);
  const { exitCode, output, startError } = await runProcess(file, argv, { env });
  if (exitCode === 0) return undefined;
  return startError ?? (output.trim() || `${file} ended with exit code ${String(exitCode)}`);
}
