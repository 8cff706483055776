import { comeUp } from './come-up.ts';
import { findSentinel, type PlantedSentinel } from './sentinel.ts';
import { isProven, type StateOutcome } from './state-action.ts';
import { isStoppedInTime, stopContainer } from './stop-container.ts';
import { performState } from './state-probe.ts';
import { volumesOf } from './subject.ts';
import type { Lines } from './lines.ts';
import type { Excuse } from './ledger.ts';
import type { MainStep } from './run-plan.ts';
import type { ReadyRun, StopRun } from './runs.ts';
import type { VolumeNames } from './container-plan.ts';

/** Where the first line stands. */
export interface Line {
  readonly volumes: VolumeNames;
  /** The first container: what it wrote is judged even when another took its place. */
  readonly first: ReadyRun;
  readonly firstStartMs: number;
  readonly planted: readonly PlantedSentinel[];
  /** The container that is on the line now. */
  readonly containerId: string;
  /** `failed` when it was started again and did not come up. */
  readonly state: 'ready' | 'stopped' | 'failed';
  readonly lastStop: StopRun | undefined;
  /** Whether the state is known to be there still. */
  readonly isStateThere: boolean;
}

type Step = (lines: Lines, line: Line) => Promise<Line>;

const NOT_UP: Excuse = {
  message: 'Could not be tried: the container did not come up again after the step before.',
  reason: 'the container did not come up again after an earlier step, which has its own failure',
};

/** One step each; every step leaves the line where the next can judge for itself whether it can go on. */
export const lineSteps: Readonly<Record<MainStep, Step>> = Object.freeze({
  stop: stopFirst,
  restart: startAgain,
  'stop-again': stopAgain,
  replacement: replace,
  kill: killAndStart,
});

async function stopFirst({ trial, ledger }: Lines, line: Line): Promise<Line> {
  if (line.state !== 'ready') {
    ledger.excuse('stop', NOT_UP);
    return line;
  }
  ledger.begin('stop');
  const processes = ledger.isOpen('stop') ? await line.first.processes() : [];
  const lastStop = await stopContainer(trial, line.containerId, processes);
  await ledger.judge('stop', lastStop);
  return { ...line, state: 'stopped', lastStop };
}

async function startAgain({ trial, ledger }: Lines, line: Line): Promise<Line> {
  ledger.begin('restart');
  const outcome = await comeUp(trial, line.containerId);
  await ledger.judge('restart', { outcome, firstStartMs: line.firstStartMs, read: undefined });
  return { ...line, state: outcome.state === 'ready' ? 'ready' : 'failed' };
}

/** For the replacement alone. One that did not obey its stop signal once is not asked again. */
async function stopAgain({ trial }: Lines, line: Line): Promise<Line> {
  if (line.state !== 'ready') return line;
  const hasObeyed = line.lastStop === undefined || isStoppedInTime(line.lastStop);
  if (hasObeyed)
    return { ...line, state: 'stopped', lastStop: await stopContainer(trial, line.containerId) };
  await trial.scope.engine.containers.kill(line.containerId, 'KILL');
  await trial.scope.engine.containers.wait(line.containerId, trial.signal);
  return { ...line, state: 'stopped' };
}

async function replace(lines: Lines, line: Line): Promise<Line> {
  const { trial, yard, ledger } = lines;
  const { engine } = trial.scope;
  ledger.begin('replacement');
  const containerId = await yard.createContainer('replacement', line.volumes);
  const outcome = await comeUp(trial, containerId);
  const isReady = outcome.state === 'ready';
  const exercise = lines.plan.isStateWritten ? await line.first.exercise() : undefined;
  const [read, sentinels] = await Promise.all([
    isReady && isProven(exercise) ? performState(trial, containerId, 'read') : undefined,
    isReady
      ? Promise.all(line.planted.map((planted) => findSentinel(engine, containerId, planted)))
      : [],
  ]);
  await ledger.judge('replacement', {
    outcome,
    sentinels,
    exercise,
    read,
    written: () => line.first.written(),
    wasStoppedInTime: line.lastStop === undefined || isStoppedInTime(line.lastStop),
  });
  yard.discard(line.containerId);
  const isStateThere = read?.result === 'met';
  return { ...line, containerId, state: isReady ? 'ready' : 'failed', isStateThere };
}

async function killAndStart(lines: Lines, line: Line): Promise<Line> {
  const { trial, ledger } = lines;
  const { containers } = trial.scope.engine;
  if (line.state !== 'ready') {
    ledger.excuse('kill', NOT_UP);
    return line;
  }
  ledger.begin('kill');
  await containers.kill(line.containerId, 'KILL');
  await containers.wait(line.containerId, trial.signal);
  const outcome = await comeUp(trial, line.containerId);
  const isReady = outcome.state === 'ready';
  const read = isReady ? await readKept(lines, line) : undefined;
  await ledger.judge('kill', { outcome, firstStartMs: line.firstStartMs, read });
  return { ...line, state: isReady ? 'ready' : 'failed' };
}

/** Only what a volume could keep, and what was there before the kill, may be asked for. */
async function readKept({ trial, plan }: Lines, line: Line): Promise<StateOutcome | undefined> {
  if (!plan.isStateWritten || volumesOf(trial.subject).length === 0) return undefined;
  const isThere = isProven(await line.first.exercise()) && line.isStateThere;
  return isThere ? performState(trial, line.containerId, 'read') : undefined;
}
