import type { Clock } from '../host/clock.ts';

export interface Ticker {
  /** Ticks from now on. Nothing happens when it ticks already. */
  start(): void;
  stop(): void;
}

/** Calls `onTick` at a steady interval between `start` and `stop`. */
export function createTicker(clock: Clock, intervalMs: number, onTick: () => void): Ticker {
  let stopping: AbortController | undefined;

  const tick = async (signal: AbortSignal): Promise<void> => {
    try {
      for (;;) {
        await clock.sleep(intervalMs, signal);
        onTick();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };

  return {
    start: () => {
      if (stopping !== undefined) return;
      stopping = new AbortController();
      void tick(stopping.signal);
    },
    stop: () => {
      stopping?.abort();
      stopping = undefined;
    },
  };
}
