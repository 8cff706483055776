import type { Command, Option } from 'commander';
import type { AppHost } from '../app/app-host.ts';

/** One command of the command line. What it needs is loaded when it runs, not when help is printed. */
export interface CliCommand {
  define(options: DefineOptions): Command;
}

export interface DefineOptions {
  readonly host: AppHost;
  /** One of ours, see `exitCodes`; or that of a program of the user, passed on. */
  readonly onExit: (code: number) => void;
  readonly Command: typeof Command;
  readonly Option: typeof Option;
}
