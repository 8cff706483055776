import { startToEnd } from './ends.ts';
import type { Lines } from './lines.ts';
import type { RefusalsRun } from './runs.ts';

/** A container for each configuration that its owner says it refuses. */
export async function runRefusalsLine(lines: Lines): Promise<void> {
  lines.ledger.begin('refusals');
  const tries: RefusalsRun['tries'][number][] = [];
  for (const refusal of lines.trial.subject.refuses ?? []) {
    const { env, command, within: withinMs } = refusal;
    const ended = await startToEnd(lines, { purpose: 'refusal', env, command, withinMs });
    tries.push({ refusal, ...ended });
  }
  await lines.ledger.judge('refusals', { tries });
}
