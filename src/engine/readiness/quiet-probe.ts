import { EngineError } from '../errors.ts';
import type { Probe, ProbeContext } from './contract.ts';

const QUIET_MS = 2000;
/** A container that logs without end is up too. */
const RUNNING_MS = 10_000;

/**
 * The only rule that is about time, for an image that says nothing about itself: no new log for 2 seconds, or 10
 * seconds since the start, and a process is there. That the engine has not told of an end proves nothing: on a busy
 * machine it tells seconds late.
 */
export function quietProbe(): Probe {
  return { kind: 'quiet', waitsFor: 'two seconds without a log line', wait };
}

async function wait(context: ProbeContext): Promise<void> {
  const { engine, containerId, clock } = context;
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  let sinceMs = clock.monotonicMs();
  let lastMs = sinceMs;
  const following = engine.containers.followLogs(
    containerId,
    () => {
      lastMs = clock.monotonicMs();
    },
    signal,
  );
  const quiet = (async () => {
    for (;;) {
      const nowMs = clock.monotonicMs();
      const endMs = Math.min(lastMs + QUIET_MS, sinceMs + RUNNING_MS);
      if (nowMs < endMs) await clock.sleep(endMs - nowMs, signal);
      else if (await hasProcess(context)) return;
      else sinceMs = lastMs = clock.monotonicMs();
    }
  })();
  try {
    // The end of the log is not quiet: the container may have ended, which others watch.
    await Promise.race([quiet, following.then(() => quiet)]);
  } finally {
    over.abort();
  }
}

/** Whether the engine's machine has a process of it that has not ended. */
async function hasProcess({ engine, containerId }: ProbeContext): Promise<boolean> {
  try {
    const rows = await engine.containers.top(containerId, '-eo pid,stat');
    return rows.some((row) => row['STAT']?.startsWith('Z') !== true);
  } catch (error) {
    // Where processes cannot be listed, the engine's word has to do.
    if (!(error instanceof EngineError)) throw error;
    return (await engine.containers.inspect(containerId))?.status === 'running';
  }
}
