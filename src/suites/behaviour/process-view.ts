import { ensureProbeImage } from '../../engine/probe-image.ts';
import type { Trial } from './trial.ts';

/** One process as those in its namespace see it. */
export interface ViewedProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** One letter: `T` is frozen, `Z` has ended and was not reaped. */
  readonly state: string;
  readonly name: string;
}

/** A look into the process namespace of a container, which needs no program in the image. */
export interface ProcessView extends AsyncDisposable {
  /** Empty when the container has ended. */
  read(): Promise<readonly ViewedProcess[]>;
  /** What a script of busybox's shell prints that runs among the processes of the container; nothing when that has ended. */
  run(script: string): Promise<string>;
}

/** A view whose process was killed ends by itself. */
const VIEW_LIFE_S = '900';

/** Absent when there is no busybox on this machine to look with. */
export async function openProcessView(
  { scope }: Trial,
  containerId: string,
): Promise<ProcessView | undefined> {
  const { containers } = scope.engine;
  const image = await ensureProbeImage(scope.engine);
  if (image === undefined) return undefined;
  const view = await scope.createContainer({
    purpose: 'process-view',
    image,
    network: 'none',
    pidNamespace: `container:${containerId}`,
    command: ['/bin/sleep', VIEW_LIFE_S],
  });
  const remove = (): Promise<void> => containers.remove(view);
  const run = async (script: string): Promise<string> => {
    try {
      return (await containers.exec(view, { argv: ['/bin/sh', '-c', script] })).stdout;
    } catch (error) {
      // The view ends with the container.
      if ((await containers.inspect(containerId))?.isRunning !== true) return '';
      throw error;
    }
  };
  try {
    await containers.start(view);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    // A process may end while the list is read.
    read: async () => parseStats(await run('cat /proc/[0-9]*/stat 2>/dev/null')),
    run,
    [Symbol.asyncDispose]: remove,
  };
}

/**
 * Reads the first fields of each line. A name may hold blanks and brackets.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function parseStats(text: string): readonly ViewedProcess[] {
  return text.split('\n').flatMap((line): readonly ViewedProcess[] => {
    const match = /^(\d+) \((.*)\) (\S) (\d+) /u.exec(line);
    if (match === null) return [];
    const [, pid, name = '', state = '', parentPid] = match;
    return [{ pid: Number(pid), parentPid: Number(parentPid), state, name }];
  });
}

/** All that a process has started, and what that has started; without what was brought in from outside. */
export function descendantsOf<Each extends { readonly pid: number; readonly parentPid: number }>(
  processes: readonly Each[],
  ancestor: number,
): readonly Each[] {
  const children = processes.filter(({ parentPid }) => parentPid === ancestor);
  return children.flatMap((child) => [child, ...descendantsOf(processes, child.pid)]);
}
