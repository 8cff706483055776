import type { FileSuite } from '../../config/suite-schema.ts';
import type { SuiteContext, SuiteKind } from '../contract.ts';
import { runFileByFile } from '../file-by-file.ts';
import { sutRunner } from './run-sut.ts';
import { sutInputs } from './sut-inputs.ts';

/** Compose files by Docker Hub's contract: the exit code of the service `sut` decides. One file after the other. */
export const sutSuite: SuiteKind<FileSuite> = Object.freeze({
  kind: 'sut',
  version: '1',
  inputs: sutInputs,
  run: async (settings: FileSuite, context: SuiteContext) =>
    await runFileByFile(sutRunner, { settings, context }),
});
