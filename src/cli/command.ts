import type { Command, Option } from 'commander';
import type { AppHost } from '../app/app-host.ts';
import type { ExitCode } from '../kernel/errors.ts';

/** One command of the command line. What it needs is loaded when it runs, not when help is printed. */
export interface CliCommand {
  define(options: DefineOptions): Command;
}

export interface DefineOptions {
  readonly host: AppHost;
  readonly onExit: (code: ExitCode) => void;
  readonly Command: typeof Command;
  readonly Option: typeof Option;
}
