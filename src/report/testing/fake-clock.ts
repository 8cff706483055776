import type { Clock } from '../../host/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time on, and wakes in order all who slept until then. */
  advance(ms: number): Promise<void>;
  /** How many sleep at the moment. */
  readonly sleeperCount: number;
}

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it. */
export function createFakeClock(start = '2026-11-24T10:15:30.000Z'): FakeClock {
  const startMs = Date.parse(start);
  let elapsedMs = 0;
  let sleepers: Sleeper[] = [];
  return {
    now: () => new Date(startMs + elapsedMs),
    monotonicMs: () => elapsedMs,
    sleep: async (ms, signal) => {
      await new Promise<void>((resolve, reject) => {
        const sleeper = { untilMs: elapsedMs + ms, wake: resolve };
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((each) => each !== sleeper);
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        });
        sleepers.push(sleeper);
      });
    },
    advance: async (ms) => {
      const untilMs = elapsedMs + ms;
      for (;;) {
        const next = sleepers
          .filter((each) => each.untilMs <= untilMs)
          .sort((a, b) => a.untilMs - b.untilMs)[0];
        if (next === undefined) break;
        elapsedMs = next.untilMs;
        sleepers = sleepers.filter((each) => each !== next);
        next.wake();
        // The one who woke may sleep again.
        await new Promise(setImmediate);
      }
      elapsedMs = untilMs;
    },
    get sleeperCount() {
      return sleepers.length;
    },
  };
}
