import { findCanaries, makeCanaries } from './canary-trial.ts';
import type { Lines } from './lines.ts';
import type { ReadyRun } from './runs.ts';
import { secretNamesOf } from './own-values.ts';
import { startIn } from './variant-line.ts';

/** A container of its own, whose secret variables have values that can be found again. */
export async function runCanaryLine(lines: Lines, first: ReadyRun): Promise<void> {
  const { trial, ledger } = lines;
  ledger.begin('canary');
  const canaries = makeCanaries(secretNamesOf(trial.subject));
  const found = await startIn(
    lines,
    { purpose: 'canary', firstStartMs: first.outcome.durationMs, env: canaries },
    async (outcome, containerId) => await findCanaries(trial, containerId, { outcome, canaries }),
  );
  await ledger.judge('canary', found);
}
