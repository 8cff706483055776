import { classify } from './classify.ts';
import { comeUp } from './come-up.ts';
import { lineSteps, type Line } from './line-steps.ts';
import { observe, observeReady } from './observation.ts';
import { plantSentinels } from './sentinel.ts';
import type { Lines } from './lines.ts';
import type { Excuse } from './ledger.ts';
import type { ReadyRun } from './runs.ts';

const NEVER_READY: Excuse = {
  message: 'Could not be tried: the first container did not become ready.',
  reason: 'the first container did not become ready: see `starts`',
};

/**
 * The life of the first container and of its successor on the same volumes, as the plan says. Tells `onReady`
 * as soon as the first container is ready, so that the line beside it can go on.
 */
export async function runFirstLine(lines: Lines, onReady: (run: ReadyRun) => void): Promise<void> {
  let line = await startFirst(lines, onReady);
  if (line === undefined) return;
  for (const step of lines.plan.main) line = await lineSteps[step](lines, line);
}

/** Starts the first container and judges it while it runs; absent when there is nothing to go on with. */
async function startFirst(
  lines: Lines,
  onReady: (run: ReadyRun) => void,
): Promise<Line | undefined> {
  const { trial, yard, ledger, plan } = lines;
  ledger.begin('start');
  const volumes = await yard.createVolumes();
  const containerId = await yard.createContainer('first', volumes);
  const outcome = await comeUp(trial, containerId);
  const classification = classify(outcome, trial.subject);
  lines.onClassified(classification);
  if (outcome.state !== 'ready') ledger.reportFoundation();
  ledger.classify(classification);
  if (outcome.state !== 'ready' || classification.imageClass !== 'service') {
    await ledger.judge('start', observe(trial, containerId, { outcome, classification }));
    // What does not come up anyway says nothing by not coming up; one that does its work and ends does.
    if (classification.imageClass === 'service') ledger.excuse('refusals', NEVER_READY);
    ledger.excuseRuns(NEVER_READY);
    return undefined;
  }
  const first = observeReady(trial, containerId, { outcome, classification });
  onReady(first);
  ledger.begin('ready');
  const isPlanting = plan.main.includes('replacement') && !plan.isStateWritten;
  const [planted] = await Promise.all([
    isPlanting ? plantSentinels(trial, containerId) : [],
    ledger.judge('start', first),
    ledger.judge('ready', first),
    plan.isStateWritten ? first.exercise() : undefined,
    // Looked at while it is there: another will take its place.
    ledger.isOpen('read-only') ? first.shelters() : undefined,
  ]);
  return {
    volumes,
    first,
    firstStartMs: outcome.durationMs,
    planted,
    containerId,
    state: 'ready',
    lastStop: undefined,
    isStateThere: plan.isStateWritten,
  };
}
