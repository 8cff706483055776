import type { FileSuite } from '../config/suite-schema.ts';
import type { Case } from '../kernel/verdict.ts';
import type { SuiteContext } from './contract.ts';
import { inTurns } from './in-turns.ts';
import { findSuiteFiles } from './suite-files.ts';

/** How one file ended. */
export type FileFinding = Pick<Case, 'verdict' | 'message' | 'evidence' | 'fix' | 'reason'>;

export interface FileRunner<Settings extends FileSuite = FileSuite> {
  /** Name of the kind of suite. */
  readonly suite: string;
  /** Runs one file, relative to the project, and removes all that it made. */
  findOut(file: string, settings: Settings, context: SuiteContext): Promise<FileFinding>;
  /** Shows the same by hand. */
  byHand(file: string, context: SuiteContext): string;
}

/** One case for each file, in the order of their names; `atOnce` of them at the same time. */
export async function runFileByFile<Settings extends FileSuite>(
  runner: FileRunner<Settings>,
  { settings, context }: FileRun<Settings>,
  atOnce = 1,
): Promise<readonly Case[]> {
  const files = await findSuiteFiles(settings.files, context.projectFolder);
  const cases = new Map<string, Case>();
  await inTurns(files, atOnce, async (file) => {
    context.report.caseStarted(file);
    const finished = context.signal.aborted
      ? neverStarted(runner.suite, file)
      : await runFile(runner, file, { settings, context });
    context.report.caseFinished(finished);
    cases.set(file, finished);
  });
  return files.flatMap((file) => cases.get(file) ?? []);
}

export interface FileRun<Settings> {
  readonly settings: Settings;
  readonly context: SuiteContext;
}

async function runFile<Settings extends FileSuite>(
  runner: FileRunner<Settings>,
  file: string,
  { settings, context }: FileRun<Settings>,
): Promise<Case> {
  const startedMs = performance.now();
  const finding = await runner.findOut(file, settings, context);
  return {
    suite: runner.suite,
    id: file,
    severity: finding.verdict === 'warn' ? 'warn' : 'error',
    durationMs: Math.round(performance.now() - startedMs),
    ...finding,
    command: runner.byHand(file, context),
  };
}

function neverStarted(suite: string, file: string): Case {
  return {
    suite,
    id: file,
    verdict: 'lost',
    severity: 'error',
    durationMs: 0,
    message: 'Was not started',
    reason: 'The run was cancelled before it.',
  };
}
