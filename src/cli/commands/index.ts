import type { CliCommand } from '../command.ts';
import { checkCommand } from './check.ts';
import { cleanCommand } from './clean.ts';
import { initCommand } from './init.ts';
import { planCommand } from './plan.ts';
import { registryCommand } from './registry.ts';
import { runCommands } from './run.ts';
import { timesCommand } from './times.ts';

/** In the order of the help text. */
export const commands: readonly CliCommand[] = [
  ...runCommands,
  checkCommand,
  planCommand,
  timesCommand,
  initCommand,
  cleanCommand,
  registryCommand,
];
