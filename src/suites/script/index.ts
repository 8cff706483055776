import type { ScriptSuite } from '../../config/suite-schema.ts';
import { hostNetworks } from '../../sandbox/virtual/host-network.ts';
import type { SuiteContext, SuiteKind, SuitePlace } from '../contract.ts';
import { runFileByFile } from '../file-by-file.ts';
import { fileInputs } from '../suite-files.ts';
import { scriptRunner } from './run-script.ts';

/** The user's own executables, each with an engine of its own: exit code 0 is a pass. */
export const scriptSuite: SuiteKind<ScriptSuite> = Object.freeze({
  kind: 'script',
  version: '2',
  inputs: async (settings: ScriptSuite, place: SuitePlace) => ({
    ...(await fileInputs(settings, place)),
    allow: settings.allow.toSorted().join(' '),
  }),
  run: async (settings: ScriptSuite, context: SuiteContext) =>
    await runFileByFile(
      scriptRunner(hostNetworks()),
      { settings, context },
      settings.parallel ? context.concurrency : 1,
    ),
});
