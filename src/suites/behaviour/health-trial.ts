import type { HealthState } from '../../engine/contract.ts';
import { HEALTH_INTERVAL_MS } from './container-plan.ts';
import { freeze, type Frozen } from './freeze.ts';
import { openProcessView } from './process-view.ts';
import type { HealthTrial } from './health-outcome.ts';
import type { Trial } from './trial.ts';

/** One run of the check that takes longer has failed; the default of the engine is half a minute. */
export const PROBE_TIMEOUT_MS = 3000;

/** A check that looks at what the program does has to be asked that often, and for that long, to be called blind. */
const BLIND_PROBES = 3;
const BLIND_MS = 3000;
/** An engine that asks less often than that in all this time tells nothing. */
const LONGEST_MS = 30_000;
const PAUSE_MS = 100;

/** Waits for healthy, freezes, waits for unhealthy, lets go, waits for healthy. The container is up. */
export async function tryHealth(
  trial: Trial,
  containerId: string,
  come: { readonly because: string; readonly timeoutMs: number },
): Promise<HealthTrial> {
  const first = await waitFor(trial, containerId, {
    isOver: (health) => health.status === 'healthy' || cannotRun(health),
    timeoutMs: come.timeoutMs,
  });
  if (first.health?.status !== 'healthy')
    return { state: 'never-healthy', because: come.because, ...first };
  const view = await openProcessView(trial, containerId);
  try {
    const frozen = await freeze(trial, containerId, view);
    if (typeof frozen === 'string') return { state: 'not-frozen', why: frozen };
    return await watchFrozen(trial, containerId, frozen);
  } finally {
    await view?.[Symbol.asyncDispose]();
  }
}

async function watchFrozen(
  trial: Trial,
  containerId: string,
  frozen: Frozen,
): Promise<HealthTrial> {
  const counter = countProbes(trial, containerId);
  const { afterMs, health } = await waitFor(trial, containerId, {
    isOver: ({ status }, ms) =>
      status === 'unhealthy' || (ms >= BLIND_MS && counter.count() >= BLIND_PROBES),
    timeoutMs: LONGEST_MS,
  });
  const probes = counter.count();
  await counter.end();
  await frozen.thaw();
  if (health?.status === 'healthy' && probes >= BLIND_PROBES)
    return { state: 'blind', afterMs, probes };
  if (health?.status !== 'unhealthy')
    return { state: 'not-frozen', why: 'the engine asked its health check too seldom to tell' };
  const again = await waitFor(trial, containerId, {
    isOver: ({ status }) => status === 'healthy',
    timeoutMs: BLIND_PROBES * (PROBE_TIMEOUT_MS + HEALTH_INTERVAL_MS),
  });
  if (again.health === undefined) return { state: 'noticed', afterMs, later: 'ended' };
  const later = again.health.status === 'healthy' ? 'healthy' : 'unhealthy';
  return { state: 'noticed', afterMs, later };
}

/** Health checks that the engine has run from now on, told by its events. */
function countProbes(
  { scope, signal }: Trial,
  containerId: string,
): { readonly count: () => number; readonly end: () => Promise<void> } {
  const over = new AbortController();
  let count = 0;
  const onEvent = (action: string): void => {
    // Docker says `exec_die`, podman `exec_died`.
    if (action.startsWith('exec_die')) count += 1;
  };
  const watching = scope.engine.objects
    .watch(containerId, onEvent, AbortSignal.any([signal, over.signal]))
    // Without events nothing is counted, and nothing is said against the check.
    .catch(() => undefined);
  return {
    count: () => count,
    end: async () => {
      over.abort();
      await watching;
    },
  };
}

interface Wait {
  readonly isOver: (health: HealthState, afterMs: number) => boolean;
  readonly timeoutMs: number;
}

/** The health when the wait was over, or when its time was; absent when the container has ended. */
async function waitFor(
  { scope, clock, signal }: Trial,
  containerId: string,
  { isOver, timeoutMs }: Wait,
): Promise<{ readonly health: HealthState | undefined; readonly afterMs: number }> {
  const startedMs = clock.monotonicMs();
  for (;;) {
    const state = await scope.engine.containers.inspect(containerId);
    const afterMs = clock.monotonicMs() - startedMs;
    if (state?.isRunning !== true) return { health: undefined, afterMs };
    const { health } = state;
    if (health !== undefined && isOver(health, afterMs)) return { health, afterMs };
    if (afterMs >= timeoutMs) return { health, afterMs };
    await clock.sleep(PAUSE_MS, signal);
  }
}

/** Whether the program of the check is not there, or may not be run: waiting does not help. */
export function cannotRun({ status, lastExitCode, lastOutput }: HealthState): boolean {
  if (status !== 'unhealthy') return false;
  if (lastExitCode === 126 || lastExitCode === 127) return true;
  return /executable file not found|OCI runtime exec failed/u.test(lastOutput);
}
