import type { FileSuite } from '../../config/suite-schema.ts';
import type { Case } from '../../kernel/verdict.ts';
import type { SuiteContext, SuiteKind } from '../contract.ts';
import { findSuiteFiles } from '../suite-files.ts';
import { runSut } from './run-sut.ts';
import { sutInputs } from './sut-inputs.ts';

/** Compose files by Docker Hub's contract: the exit code of the service `sut` decides. One file after the other. */
export const sutSuite: SuiteKind<FileSuite> = Object.freeze({
  kind: 'sut',
  version: '1',
  inputs: sutInputs,
  run: runFiles,
});

async function runFiles(settings: FileSuite, context: SuiteContext): Promise<readonly Case[]> {
  const files = await findSuiteFiles(settings.files, context.projectFolder);
  const cases: Case[] = [];
  for (const file of files) {
    context.report.caseStarted(file);
    const finished = context.signal.aborted
      ? neverStarted(file)
      : await runSut(file, settings, context);
    context.report.caseFinished(finished);
    cases.push(finished);
  }
  return cases;
}

function neverStarted(file: string): Case {
  return {
    suite: 'sut',
    id: file,
    verdict: 'lost',
    severity: 'error',
    durationMs: 0,
    message: 'Was not started',
    reason: 'The run was cancelled before it.',
  };
}
