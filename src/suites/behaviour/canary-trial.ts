import { randomBytes } from 'node:crypto';
import type { PathChange } from '../../engine/contract.ts';
import type { CanaryFile, CanaryTrial } from './canary-outcome.ts';
import { firstEntryOf } from './container-files.ts';
import { mountPointsOf } from './measure-written.ts';
import { processesOf } from './observation.ts';
import type { StartOutcome } from './start-outcome.ts';
import type { Trial } from './trial.ts';
import { leavesOf } from './writes-seen.ts';

/** A value for each variable that stands nowhere else. Letters and digits alone: what is quoted somewhere is found too. */
export function makeCanaries(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `Canary${randomBytes(9).toString('hex')}`]));
}

const MOST_LOG_CHARS = 1024 * 1024;
/** One request each; what is larger than `firstEntryOf` reads is searched at its beginning. */
const MOST_FILES = 50;
const FOR_ALL = 0o004;

/** Looks for the canaries in what the container shows and keeps. */
export async function findCanaries(
  trial: Trial,
  containerId: string,
  {
    outcome,
    canaries,
  }: { readonly outcome: StartOutcome; readonly canaries: Readonly<Record<string, string>> },
): Promise<CanaryTrial> {
  const { containers } = trial.scope.engine;
  const [log, processes, inFiles] = await Promise.all([
    outcome.state === 'refused' ? '' : containers.logs(containerId, { mostChars: MOST_LOG_CHARS }),
    processesOf(trial, containerId),
    outcome.state === 'ready' ? searchFiles(trial, containerId, canaries) : [],
  ]);
  return {
    outcome,
    names: Object.keys(canaries),
    inLog: namesIn(log, canaries),
    inArguments: namesIn(processes.map(({ argv }) => argv).join('\n'), canaries),
    inFiles,
  };
}

async function searchFiles(
  trial: Trial,
  containerId: string,
  canaries: Readonly<Record<string, string>>,
): Promise<readonly CanaryFile[]> {
  const { engine } = trial.scope;
  const changes = await engine.containers.changes(containerId);
  const written = leavesOf(changes, mountPointsOf(trial.subject)).filter(
    ({ kind }: PathChange) => kind !== 'deleted',
  );
  const found: CanaryFile[] = [];
  for (const { path } of written.slice(0, MOST_FILES)) {
    const entry = await firstEntryOf(engine, containerId, path);
    const names = namesIn(entry?.content ?? '', canaries);
    const isOpen = ((entry?.header.mode ?? 0) & FOR_ALL) !== 0;
    if (names.length > 0) found.push({ path, names, isOpen });
  }
  return found;
}

/** Programs print passwords in other forms too; only the plain one is looked for. */
export function namesIn(
  text: string,
  canaries: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(canaries).flatMap(([name, value]) => (text.includes(value) ? [name] : []));
}
