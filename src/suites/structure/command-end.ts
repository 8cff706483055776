import type { CommandPlan } from './plan-command.ts';

/** More than this is searched by nobody, and would fill the memory. */
export const MOST_OUTPUT_CHARS = 16 * 1024 ** 2;

/** Runs the commands of tests, each in a container of its own unless another test planned exactly the same. */
export interface CommandRunner {
  run(plan: CommandPlan): Promise<CommandEnd>;
}

export interface CommandEnd {
  /** One for each command of the setup that was tried. */
  readonly setup: readonly SetupEnd[];
  /** Absent when the setup kept it from being tried. */
  readonly command?: ProgramEnd | undefined;
}

export interface SetupEnd {
  readonly argv: readonly string[];
  readonly end: ProgramEnd;
  /** What it wrote below a VOLUME, which does not come along. Empty where nobody looked. */
  readonly lostPaths: readonly string[];
}

export type ProgramEnd =
  | {
      readonly state: 'ended';
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  /** There is no such program or user, or it may not be executed. */
  | { readonly state: 'not-started'; readonly reason: string }
  | { readonly state: 'timed-out'; readonly timeoutMs: number; readonly lastLines: string };

/** Whether the next one may run, in the mode that cares. */
export function isGoodSetup({ end, lostPaths }: SetupEnd): boolean {
  return end.state === 'ended' && end.exitCode === 0 && lostPaths.length === 0;
}
