import { readySchema } from '../../config/schema.ts';
import { comeUp } from './come-up.ts';
import type { Lines } from './lines.ts';
import type { CrashRun } from './runs.ts';
import { findSentinel, plantSentinels } from './sentinel.ts';
import { isProven } from './state-action.ts';
import { exerciseState, performState } from './state-probe.ts';
import type { Trial } from './trial.ts';

/** A database that was killed reads its log again before it is ready. */
const SLOWER_BY = 3;

/** A container that is killed as soon as it holds data, and a new one on its volumes. */
export async function runCrashLine(lines: Lines): Promise<void> {
  lines.ledger.begin('crash');
  await lines.ledger.judge('crash', await crash(lines));
}

async function crash({ trial, yard }: Lines): Promise<CrashRun> {
  const { engine } = trial.scope;
  const hasState = trial.subject.image.profile.state !== undefined;
  const volumes = await yard.createVolumes();
  const killed = await yard.createContainer('to-kill', volumes);
  const first = await comeUp(trial, killed);
  if (first.state !== 'ready')
    return { first, exercise: undefined, outcome: undefined, sentinels: [], read: undefined };
  const exercise = hasState ? await exerciseState(trial, killed) : undefined;
  const planted = hasState ? [] : await plantSentinels(trial, killed);
  await engine.containers.kill(killed, 'KILL');
  await engine.containers.wait(killed, trial.signal);
  yard.discard(killed);
  const containerId = await yard.createContainer('after-kill', volumes);
  const outcome = await comeUp(withPatience(trial), containerId);
  const isReady = outcome.state === 'ready';
  const read =
    isReady && isProven(exercise) ? await performState(trial, containerId, 'read') : undefined;
  const sentinels = isReady
    ? await Promise.all(planted.map(async (each) => findSentinel(engine, containerId, each)))
    : [];
  yard.discard(containerId);
  return { first, exercise, outcome, sentinels, read };
}

function withPatience(trial: Trial): Trial {
  const { image } = trial.subject;
  const { ready = readySchema.parse({}) } = image.profile;
  const profile = { ...image.profile, ready: { ...ready, timeout: SLOWER_BY * ready.timeout } };
  return { ...trial, subject: { ...trial.subject, image: { ...image, profile } } };
}
