import { comeUp } from './come-up.ts';
import { isProven } from './state-action.ts';
import { performState } from './state-probe.ts';
import { stopContainer } from './stop-container.ts';
import type { Lines } from './lines.ts';

const NOTHING_TO_COMPARE = new Error('the engine failed under the container to compare with');

/**
 * A container beside the first one, with volumes of its own: it must know nothing of what the first was told.
 * Nobody stops it when that is known, so it is the one to be stopped and started again.
 */
export async function runSeparateLine(lines: Lines): Promise<void> {
  const { trial, yard, ledger, plan } = lines;
  ledger.begin('separate');
  // Beside the first start it would only slow that down, and an image that never comes up needs no second try.
  const first = await lines.firstReady;
  if (first === undefined) {
    // It did not come up, and has said so; or the engine failed under it, and there is nothing to compare with.
    for (const needs of ['separate', 'restart'] as const) ledger.lose(NOTHING_TO_COMPARE, needs);
    return;
  }
  const volumes = await yard.createVolumes();
  const containerId = await yard.createContainer('separate', volumes);
  const outcome = await comeUp(trial, containerId);
  const exercise = await first.exercise();
  const isReady = outcome.state === 'ready';
  const read =
    isReady && isProven(exercise) ? await performState(trial, containerId, 'read') : undefined;
  await ledger.judge('separate', { outcome, exercise, read });
  if (!plan.separate.includes('restart')) return;
  if (!isReady) {
    ledger.excuse('restart', {
      message: 'Could not be tried: the container beside the first did not come up.',
      reason: 'the container beside the first did not come up: see `ephemeral`',
    });
    return;
  }
  ledger.begin('restart');
  await stopContainer(trial, containerId);
  const again = await comeUp(trial, containerId);
  await ledger.judge('restart', {
    outcome: again,
    firstStartMs: outcome.durationMs,
    read: undefined,
  });
}
