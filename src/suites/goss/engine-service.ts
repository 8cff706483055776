import type { ContainerState, ExecResult } from '../../engine/contract.ts';
import { findAddress } from '../../engine/route.ts';
import { openSocketReader, type SocketReader } from '../../engine/sockets.ts';
import type { SuiteContext } from '../contract.ts';
import type { RunEnd, Service } from './world.ts';

/** A running container, looked at from outside. Disposing removes what it took to look, and not the container. */
export function openEngineService(
  containerId: string,
  { scope, signal }: Pick<SuiteContext, 'scope' | 'signal'>,
): Service & AsyncDisposable {
  const { engine } = scope;
  const { containers } = engine;
  // On an engine elsewhere it is a container of its own: one for all looks.
  let reader: Promise<SocketReader> | undefined;
  return Object.freeze({
    sockets: async () => await (await (reader ??= openSocketReader(engine, containerId))).read(),
    processes: async () => {
      const rows = await containers.top(containerId, '-eo pid,comm');
      return rows.map((row) => row['COMMAND'] ?? row['COMM'] ?? '');
    },
    run: (argv: readonly string[], timeoutMs: number) =>
      withinTime(timeoutMs, signal, (limit) =>
        containers.exec(containerId, { argv, signal: limit }),
      ),
    addressOf: async (port: number) => {
      const state: ContainerState | undefined = await containers.inspect(containerId);
      return state === undefined ? undefined : findAddress(engine, state, port);
    },
    put: (folder: string, tar: Uint8Array) => containers.writeArchive(containerId, folder, tar),
    [Symbol.asyncDispose]: async () => {
      const opened = await reader?.catch(() => undefined);
      await opened?.[Symbol.asyncDispose]();
    },
  });
}

async function withinTime(
  timeoutMs: number,
  signal: AbortSignal,
  work: (limit: AbortSignal) => Promise<ExecResult>,
): Promise<RunEnd> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([signal, late]));
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    return { timeoutMs };
  }
}
