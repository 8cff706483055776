import { comeUp } from './come-up.ts';
import { firstEntryOf } from './container-files.ts';
import type { VolumeNames } from './container-plan.ts';
import type { Lines } from './lines.ts';
import type { UpgradeRun } from './runs.ts';
import { findSentinel, plantSentinels, type PlantedSentinel } from './sentinel.ts';
import type { StartOutcome } from './start-outcome.ts';
import { isProven, type Exercise, type StateOutcome } from './state-action.ts';
import { exerciseState, performState } from './state-probe.ts';
import { stopContainer } from './stop-container.ts';
import { volumesOf, type Subject } from './subject.ts';
import type { Trial } from './trial.ts';
import { startYard, type Yard } from './yard.ts';

/** One image on the volumes that both are tried on. */
interface Side {
  readonly trial: Trial;
  readonly yard: Yard;
}

/**
 * The last release fills volumes; the image takes them over, and starts a second time; the last release gets them back.
 * What does not come up ends the line, and the rest of it is absent.
 */
export async function runUpgradeLine({ trial, yard, ledger }: Lines): Promise<void> {
  const { previous } = trial.subject.image;
  if (previous === undefined || 'reason' in previous) return;
  ledger.begin('upgrade');
  const subject: Subject = {
    ...trial.subject,
    image: { ...trial.subject.image, ...previous },
  };
  const before: Side = {
    trial: { ...trial, subject },
    yard: startYard({ ...trial, subject }),
  };
  try {
    await ledger.judge('upgrade', await upgrade(before, { trial, yard }, previous.ref));
  } finally {
    await before.yard.clear();
  }
}

async function upgrade(before: Side, after: Side, from: string): Promise<UpgradeRun> {
  const volumes = await after.yard.createVolumes();
  const filled = await fill(before, volumes);
  const common = { from, first: filled.outcome, exercise: filled.exercise };
  if (filled.outcome.state !== 'ready' || filled.owners === undefined) return common;
  const owners = { before: filled.owners, after: await ownersInImage(after) };
  const taken = await takeOver(after, { volumes, filled });
  const { sentinels, read, outcome, again } = taken;
  const shown = { ...common, owners, outcome, sentinels, read, again };
  if (outcome.state !== 'ready' || again?.state !== 'ready') return shown;
  return { ...shown, back: await takeBack(before, { volumes, filled }) };
}

/** `uid:gid` by the path of a volume. */
type Owners = Readonly<Record<string, string>>;

interface Filled {
  readonly outcome: StartOutcome;
  readonly exercise: Exercise | undefined;
  readonly planted: readonly PlantedSentinel[];
  readonly owners: Owners | undefined;
}

async function fill(side: Side, volumes: VolumeNames): Promise<Filled> {
  const { trial, yard } = side;
  const containerId = await yard.createContainer('release', volumes);
  const outcome = await comeUp(trial, containerId);
  if (outcome.state !== 'ready')
    return { outcome, exercise: undefined, planted: [], owners: undefined };
  const { state } = trial.subject.image.profile;
  const exercise = state === undefined ? undefined : await exerciseState(trial, containerId);
  const planted = state === undefined ? await plantSentinels(trial, containerId) : [];
  const owners = await ownersOf(side, containerId);
  await stopContainer(trial, containerId);
  yard.discard(containerId);
  return { outcome, exercise, planted, owners };
}

async function takeOver(
  { trial, yard }: Side,
  { volumes, filled }: { readonly volumes: VolumeNames; readonly filled: Filled },
): Promise<
  Required<Pick<UpgradeRun, 'sentinels'>> & {
    readonly outcome: StartOutcome;
    readonly read: StateOutcome | undefined;
    readonly again: StartOutcome | undefined;
  }
> {
  const containerId = await yard.createContainer('upgraded', volumes);
  const outcome = await comeUp(trial, containerId);
  const isReady = outcome.state === 'ready';
  const read =
    isReady && isProven(filled.exercise)
      ? await performState(trial, containerId, 'read')
      : undefined;
  // Also of one that refused: it must not have touched anything.
  const sentinels = await Promise.all(
    filled.planted.map(async (planted) => findSentinel(trial.scope.engine, containerId, planted)),
  );
  let again: StartOutcome | undefined;
  if (isReady) {
    await stopContainer(trial, containerId);
    again = await comeUp(trial, containerId);
    await stopContainer(trial, containerId);
  }
  yard.discard(containerId);
  return { outcome, sentinels, read, again };
}

async function takeBack(
  { trial, yard }: Side,
  { volumes, filled }: { readonly volumes: VolumeNames; readonly filled: Filled },
): Promise<NonNullable<UpgradeRun['back']>> {
  const containerId = await yard.createContainer('rolled-back', volumes);
  const outcome = await comeUp(trial, containerId);
  const read =
    outcome.state === 'ready' && isProven(filled.exercise)
      ? await performState(trial, containerId, 'read')
      : undefined;
  return { outcome, read };
}

/** Of the image alone, on volumes that nobody has used: a container that is made and not started. */
async function ownersInImage(side: Side): Promise<Owners> {
  const containerId = await side.yard.createContainer('owners', {});
  const owners = await ownersOf(side, containerId);
  side.yard.discard(containerId);
  return owners;
}

async function ownersOf({ trial }: Side, containerId: string): Promise<Owners> {
  const entries = await Promise.all(
    volumesOf(trial.subject).map(async (volume) => {
      const found = await firstEntryOf(trial.scope.engine, containerId, volume);
      const { uid = 0, gid = 0 } = found?.header ?? {};
      return [volume, `${String(uid)}:${String(gid)}`] as const;
    }),
  );
  return Object.fromEntries(entries);
}
