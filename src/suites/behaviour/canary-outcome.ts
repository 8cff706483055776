import type { StartOutcome } from './start-outcome.ts';

/** Where values of variables turned up that nobody but the program should see. Names of variables, never values. */
export interface CanaryTrial {
  /** How it came up with them. */
  readonly outcome: StartOutcome;
  /** Variables that got one. */
  readonly names: readonly string[];
  readonly inLog: readonly string[];
  readonly inArguments: readonly string[];
  readonly inFiles: readonly CanaryFile[];
}

export interface CanaryFile {
  readonly path: string;
  readonly names: readonly string[];
  /** Whether every user of the container may read it. */
  readonly isOpen: boolean;
}
