import type { FileSuite } from '../../config/suite-schema.ts';
import type { SuiteContext, SuiteKind } from '../contract.ts';
import { runFileByFile } from '../file-by-file.ts';
import { fileInputs } from '../suite-files.ts';
import { scriptRunner } from './run-script.ts';

/** The user's own executables: exit code 0 is a pass. One after the other. */
export const scriptSuite: SuiteKind<FileSuite> = Object.freeze({
  kind: 'script',
  version: '1',
  inputs: fileInputs,
  run: async (settings: FileSuite, context: SuiteContext) =>
    await runFileByFile(scriptRunner, settings, context),
});
