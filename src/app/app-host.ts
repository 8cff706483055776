import type { Clock } from '../host/clock.ts';
import type { Environment } from '../host/environment.ts';
import type { Output } from '../report/reporter.ts';

/** The real host, or a test's: what a command may know and touch. */
export interface AppHost {
  readonly env: Environment;
  /** Absolute. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Version of Seatrial. */
  readonly version: string;
}
