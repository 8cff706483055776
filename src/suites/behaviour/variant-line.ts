import { readySchema, type Ready } from '../../config/schema.ts';
import { parseHttpTarget } from '../../engine/http-target.ts';
import { inTurns } from '../in-turns.ts';
import type { Circumstances } from './circumstances.ts';
import { comeUp } from './come-up.ts';
import type { Lines } from './lines.ts';
import type { ReadyRun } from './runs.ts';
import type { StartOutcome } from './start-outcome.ts';
import { stopContainer } from './stop-container.ts';
import { defaultPortOf, type Subject } from './subject.ts';
import type { Trial } from './trial.ts';
import { variants, type VariantId } from './variants.ts';
import type { Different } from './yard.ts';

/** One container more for each variant that a check asks for, so many at a time as the battery may have. */
export async function runVariantLine(
  lines: Lines,
  ids: readonly VariantId[],
  first: ReadyRun,
): Promise<void> {
  await inTurns(ids, lines.concurrency, async (id) => await runVariant(lines, id, first));
}

async function runVariant(lines: Lines, id: VariantId, first: ReadyRun): Promise<void> {
  const { trial, ledger } = lines;
  ledger.begin(id);
  const circumstances = await variants[id]({ subject: trial.subject, first });
  const outcome = await startIn(
    lines,
    { purpose: id, circumstances, firstStartMs: first.outcome.durationMs },
    (come) => Promise.resolve(come),
  );
  await ledger.judge(id, { circumstances, outcome, first });
}

export interface StartInOptions extends Different {
  /** Short word for the name of the container. */
  readonly purpose: string;
  /** How long a start takes when nothing is different. */
  readonly firstStartMs: number;
}

/** One start that is different from the first. The container is there until `use` is done with it. */
export async function startIn<Value>(
  { trial, yard }: Pick<Lines, 'trial' | 'yard'>,
  { purpose, firstStartMs, ...different }: StartInOptions,
  use: (outcome: StartOutcome, containerId: string) => Promise<Value>,
): Promise<Value> {
  const volumes = await yard.createVolumes();
  const containerId = await yard.createContainer(purpose, volumes, different);
  try {
    const timed = withDeadline(trial, different.circumstances ?? {}, firstStartMs);
    return await use(await comeUp(timed, containerId), containerId);
  } finally {
    yard.discard(containerId);
  }
}

/** What takes so much longer than the first start does not come up: nobody waits a minute for each. */
const SLOWER_BY = 4;
const SLOWER_MS = 5000;

function withDeadline(trial: Trial, circumstances: Circumstances, firstStartMs: number): Trial {
  const { image } = trial.subject;
  const { ready = readySchema.parse({}) } = image.profile;
  const timeout = Math.min(ready.timeout, SLOWER_BY * firstStartMs + SLOWER_MS);
  const reached = circumstances.network === 'none' ? unreached(ready, trial.subject) : ready;
  const profile = { ...image.profile, ready: { ...reached, timeout } };
  return { ...trial, subject: { ...trial.subject, image: { ...image, profile } } };
}

/** Without a network nobody gets to ask it; that its port listens can be seen all the same. */
function unreached(ready: Ready, subject: Subject): Ready {
  const { http } = ready;
  if (http === undefined) return ready;
  return { timeout: ready.timeout, port: parseHttpTarget(http, defaultPortOf(subject)).port };
}

/** Stopped before it is up, as an impatient deployment does it. */
const EARLY_MS = 200;

export async function runEarlyStop({ trial, yard, ledger }: Lines): Promise<void> {
  ledger.begin('early-stop');
  const volumes = await yard.createVolumes();
  const containerId = await yard.createContainer('early-stop', volumes);
  await trial.scope.engine.containers.start(containerId);
  await trial.clock.sleep(EARLY_MS, trial.signal);
  await ledger.judge('early-stop', await stopContainer(trial, containerId));
  yard.discard(containerId);
}
