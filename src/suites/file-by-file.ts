import type { FileSuite } from '../config/suite-schema.ts';
import type { Case } from '../kernel/verdict.ts';
import type { SuiteContext } from './contract.ts';
import { findSuiteFiles } from './suite-files.ts';

/** How one file ended. */
export type FileFinding = Pick<Case, 'verdict' | 'message' | 'evidence' | 'fix' | 'reason'>;

export interface FileRunner {
  /** Name of the kind of suite. */
  readonly suite: string;
  /** Runs one file, relative to the project, and removes all that it made. */
  findOut(file: string, settings: FileSuite, context: SuiteContext): Promise<FileFinding>;
  /** Shows the same by hand. */
  byHand(file: string, context: SuiteContext): string;
}

/** One case for each file, one after the other. */
export async function runFileByFile(
  runner: FileRunner,
  settings: FileSuite,
  context: SuiteContext,
): Promise<readonly Case[]> {
  const files = await findSuiteFiles(settings.files, context.projectFolder);
  const cases: Case[] = [];
  for (const file of files) {
    context.report.caseStarted(file);
    const finished = context.signal.aborted
      ? neverStarted(runner, file)
      : await runFile(runner, file, { settings, context });
    context.report.caseFinished(finished);
    cases.push(finished);
  }
  return cases;
}

async function runFile(
  runner: FileRunner,
  file: string,
  { settings, context }: { readonly settings: FileSuite; readonly context: SuiteContext },
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

function neverStarted({ suite }: FileRunner, file: string): Case {
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
