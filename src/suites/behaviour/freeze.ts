import { processesOf } from './observation.ts';
import { descendantsOf, type ProcessView } from './process-view.ts';
import type { Trial } from './trial.ts';

/** All processes of a container, stopped where they are. */
export interface Frozen {
  /** Lets them go on. */
  thaw(): Promise<void>;
}

/**
 * Freezes what the image runs, and not what the engine runs beside it for the health check. A paused container would not
 * do: no check can run in it. A signal to PID 1 has to come from the engine, because from within its own namespace the
 * kernel does not let it be stopped; the others are reached through the view.
 * @param view absent when there is none; then only PID 1 can be frozen, and only when it is alone
 * @returns one clause that says why, when it cannot be done
 * @see https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
export async function freeze(
  trial: Trial,
  containerId: string,
  view: ProcessView | undefined,
): Promise<Frozen | string> {
  const { containers } = trial.scope.engine;
  if (view !== undefined) return await freezeAll(trial, containerId, view);
  const [first, ...others] = await processesOf(trial, containerId);
  if (first === undefined || descendantsOf(others, first.pid).length > 0)
    return 'it runs several processes, and no static busybox is on this machine to freeze them with';
  await containers.kill(containerId, 'STOP');
  return { thaw: () => containers.kill(containerId, 'CONT') };
}

/** A process that is being started while the others are frozen is found the next time. */
const MOST_ROUNDS = 5;
const FROZEN_STATES: ReadonlySet<string> = new Set(['T', 't', 'Z', 'X']);

async function freezeAll(
  { scope }: Trial,
  containerId: string,
  view: ProcessView,
): Promise<Frozen | string> {
  const { containers } = scope.engine;
  const frozen = new Set<number>();
  const thaw = async (): Promise<void> => {
    if (frozen.size > 0) await view.run(`kill -CONT ${[...frozen].join(' ')}`);
    await containers.kill(containerId, 'CONT');
  };
  await containers.kill(containerId, 'STOP');
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const processes = await view.read();
    const own = processes.filter(({ pid }) => pid === 1);
    const awake = [...own, ...descendantsOf(processes, 1)].filter(
      ({ state }) => !FROZEN_STATES.has(state),
    );
    if (own.length === 0) return 'it has ended by itself';
    if (awake.length === 0) return { thaw };
    const others = awake.map(({ pid }) => pid).filter((pid) => pid !== 1);
    for (const pid of others) frozen.add(pid);
    if (others.length > 0) await view.run(`kill -STOP ${others.join(' ')}`);
  }
  await thaw();
  return 'its processes do not stay frozen';
}
