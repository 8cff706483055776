import type { CliCommand } from '../command.ts';
import { checkCommand } from './check.ts';
import { circleciCommand } from './circleci.ts';
import { cleanCommand } from './clean.ts';
import { diffCommand } from './diff.ts';
import { driftCommand } from './drift.ts';
import { hardenCommand } from './harden.ts';
import { historyCommand } from './history.ts';
import { initCommand } from './init.ts';
import { keysCommand } from './keys.ts';
import { lintCommand } from './lint.ts';
import { planCommand } from './plan.ts';
import { promoteCommand } from './promote.ts';
import { recordCommand } from './record.ts';
import { registryCommand } from './registry.ts';
import { rollbackCommand } from './rollback.ts';
import { runCommands } from './run.ts';
import { sandboxCommand } from './sandbox.ts';
import { timesCommand } from './times.ts';
import { verifyCommand } from './verify.ts';
import { yankCommand } from './yank.ts';

/** In the order of the help text. */
export const commands: readonly CliCommand[] = [
  ...runCommands,
  promoteCommand,
  rollbackCommand,
  historyCommand,
  driftCommand,
  verifyCommand,
  yankCommand,
  checkCommand,
  hardenCommand,
  recordCommand,
  diffCommand,
  sandboxCommand,
  planCommand,
  timesCommand,
  circleciCommand,
  lintCommand,
  initCommand,
  keysCommand,
  cleanCommand,
  registryCommand,
];
