import { realpath } from 'node:fs/promises';
import { dirname, join, basename } from 'node:path';
import { readTextIfThere } from '../host/files.ts';

/** What tells one booted machine from another. */
export interface Machine {
  readonly kernelVersion: string;
  readonly memoryBytes: number;
  readonly hostName: string;
}

/**
 * Whether the engine behind a unix socket runs on this very kernel, in our network namespace: it names the
 * same kernel, memory size and host name, and something listens on the socket here. A socket that is mounted
 * into a container, or forwarded by a virtual machine, is not local.
 */
export async function sharesKernel(
  socketPath: string,
  engine: Machine,
  here: Machine,
): Promise<boolean> {
  const isSameMachine =
    engine.kernelVersion === here.kernelVersion &&
    engine.memoryBytes === here.memoryBytes &&
    engine.hostName === here.hostName;
  if (!isSameMachine) return false;
  const sockets = await readTextIfThere('/proc/net/unix');
  if (sockets === undefined) return false;
  const wanted = await trueSocketPath(socketPath);
  const listening = await Promise.all(
    listeningPaths(sockets, basename(wanted)).map(trueSocketPath),
  );
  return listening.includes(wanted);
}

/** Flag of a listening socket: __SO_ACCEPTCON. */
const LISTENING = '00010000';

function listeningPaths(table: string, name: string): readonly string[] {
  return table.split('\n').flatMap((line) => {
    const [, , , flags, , , , path] = line.trim().split(/\s+/u);
    return flags === LISTENING && path?.endsWith(`/${name}`) ? [path] : [];
  });
}

/** `/var/run` is a link to `/run`, and either may have been bound. */
async function trueSocketPath(path: string): Promise<string> {
  try {
    return join(await realpath(dirname(path)), basename(path));
  } catch {
    return path;
  }
}
