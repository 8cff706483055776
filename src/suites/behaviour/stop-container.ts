import type { Process } from './processes.ts';
import type { StopRun } from './runs.ts';
import { parseSignal, SIGTERM } from './signals.ts';
import type { Trial } from './trial.ts';

const LOG_LINES = 20;

/** Stops a container as `docker stop` does, and says how it went. */
export async function stopContainer(
  { subject, scope, clock }: Trial,
  containerId: string,
  processes: readonly Process[] = [],
): Promise<StopRun> {
  const { containers } = scope.engine;
  const { profile, record } = subject.image;
  const timeoutMs = profile.run.stop_timeout;
  const before = await containers.inspect(containerId);
  const startedMs = clock.monotonicMs();
  await containers.stop(containerId, Math.ceil(timeoutMs / 1000));
  const durationMs = clock.monotonicMs() - startedMs;
  const state = await containers.inspect(containerId);
  // Gone in between: somebody outside removed it, which says nothing about the image.
  if (state === undefined)
    throw new Error(`container ${containerId} vanished while it was stopped`);
  return {
    signal: parseSignal(record.config.stopSignal ?? '') ?? SIGTERM,
    wasUp: before?.isRunning ?? false,
    exitCode: state.exitCode,
    durationMs,
    timeoutMs,
    isOomKilled: state.isOomKilled,
    processes,
    log: state.exitCode === 0 ? '' : await containers.logs(containerId, { tail: LOG_LINES }),
  };
}

/** Whether it ended by itself: 137 is what is left when the engine had to kill it. */
export function isStoppedInTime({ exitCode }: StopRun): boolean {
  return exitCode !== 137;
}
