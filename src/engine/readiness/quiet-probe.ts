import type { Probe, ProbeContext } from './contract.ts';

const QUIET_MS = 2000;
/** A container that logs without end is up too. */
const RUNNING_MS = 10_000;

/**
 * The only rule that is about time, for an image that says nothing about itself: still running, and no new log
 * for 2 seconds, or still running after 10 seconds.
 */
export function quietProbe(): Probe {
  return { kind: 'quiet', waitsFor: 'two seconds without a log line', wait };
}

async function wait(context: ProbeContext): Promise<void> {
  const { engine, containerId, clock } = context;
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const startedMs = clock.monotonicMs();
  let lastMs = startedMs;
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
      const endMs = Math.min(lastMs + QUIET_MS, startedMs + RUNNING_MS);
      if (nowMs >= endMs) return;
      await clock.sleep(endMs - nowMs, signal);
    }
  })();
  try {
    // The end of the log is not quiet: the container may have ended, which others watch.
    await Promise.race([quiet, following.then(() => quiet)]);
  } finally {
    over.abort();
  }
}
