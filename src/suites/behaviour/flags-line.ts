import { startToEnd } from './ends.ts';
import type { Lines } from './lines.ts';
import type { FlagsRun } from './runs.ts';

/** What nearly every program answers. */
export const FLAGS = ['--version', '--help'] as const;

/** Only one that opens no port and checks no health takes so long to be known as up. */
const WITHIN_MS = 30_000;

/** A container for each flag, until one of them comes up instead of ending. */
export async function runFlagsLine(lines: Lines): Promise<void> {
  lines.ledger.begin('flags');
  const tries: FlagsRun['tries'][number][] = [];
  for (const flag of FLAGS) {
    if (tries.some(({ end }) => end.state === 'up')) break;
    const how = { purpose: 'flags', command: [flag], withinMs: WITHIN_MS, isUpEnough: true };
    tries.push({ flag, ...(await startToEnd(lines, how)) });
  }
  await lines.ledger.judge('flags', { tries });
}
