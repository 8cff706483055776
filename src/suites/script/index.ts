import type { FileSuite } from '../../config/suite-schema.ts';
import type { Case } from '../../kernel/verdict.ts';
import type { SuiteContext, SuiteKind } from '../contract.ts';
import { fileInputs, findSuiteFiles } from '../suite-files.ts';
import { runScript } from './run-script.ts';

/** The user's own executables: exit code 0 is a pass. One after the other. */
export const scriptSuite: SuiteKind<FileSuite> = Object.freeze({
  kind: 'script',
  version: '1',
  inputs: fileInputs,
  run: runScripts,
});

async function runScripts(settings: FileSuite, context: SuiteContext): Promise<readonly Case[]> {
  const files = await findSuiteFiles(settings.files, context.projectFolder);
  const cases: Case[] = [];
  for (const file of files) {
    context.report.caseStarted(file);
    const finished = context.signal.aborted
      ? neverStarted(file)
      : await runScript(file, settings, context);
    context.report.caseFinished(finished);
    cases.push(finished);
  }
  return cases;
}

function neverStarted(file: string): Case {
  return {
    suite: 'script',
    id: file,
    verdict: 'lost',
    severity: 'error',
    durationMs: 0,
    message: 'Was not started',
    reason: 'The run was cancelled before it.',
  };
}
