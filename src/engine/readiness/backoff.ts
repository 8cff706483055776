import type { ProbeContext } from './contract.ts';

const FIRST_MS = 1;
const LAST_MS = 100;

/** Asks again and again, after 1 ms, 2 ms, 4 ms and so on, at most 100 ms apart, until the answer is yes. */
export async function askUntil(
  { clock, signal }: ProbeContext,
  ask: () => Promise<boolean>,
): Promise<void> {
  let pauseMs = FIRST_MS;
  for (;;) {
    signal.throwIfAborted();
    if (await ask()) return;
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, LAST_MS);
  }
}
