import { startToEnd } from './ends.ts';
import type { Lines } from './lines.ts';
import type { FlagsRun } from './runs.ts';

/** What nearly every program answers. */
export const FLAGS = ['--version', '--help'] as const;

/** Whoever answers a flag takes no longer for it than for a start, and a slow machine is slow for both. */
const STARTS = 3;
const SLOWEST_MS = 10_000;
const QUICKEST_MS = 2000;

/** A container for each flag, until one of them does something else than to end. */
export async function runFlagsLine(lines: Lines): Promise<void> {
  lines.ledger.begin('flags');
  const first = await lines.firstReady;
  const startMs = first?.outcome.durationMs ?? SLOWEST_MS;
  const withinMs = Math.min(SLOWEST_MS, Math.max(QUICKEST_MS, STARTS * startMs));
  const tries: FlagsRun['tries'][number][] = [];
  for (const flag of FLAGS) {
    if (tries.some(({ outcome }) => outcome.state === 'timeout')) break;
    const ended = await startToEnd(lines, { purpose: 'flags', command: [flag], withinMs });
    tries.push({ flag, ...ended });
  }
  await lines.ledger.judge('flags', { tries });
}
