import type { Writable } from 'node:stream';
import type { Clock } from '../host/clock.ts';
import type { Environment } from '../host/environment.ts';
import type { RunEvent } from '../kernel/run-events.ts';

/** One form in which a run is told. Reporters are listed in `reporters/index.ts`. */
export interface Reporter {
  /** As in `--format <id>` and `--report <id>=<path>`. */
  readonly id: string;
  /** One sentence for the help text and the reference page. */
  readonly describe: string;
  /** Where the report goes: to the output of the command, or to a file of its own. */
  readonly destination: 'output' | 'file';
  /** Starts a report. What is only needed for this reporter is loaded here. */
  open(target: ReportTarget): Promise<OpenReport>;
}

export interface OpenReport {
  /** Told each event of the run, in order. Must not throw. */
  onEvent(event: RunEvent): void;
  /** Finishes the report. Called once, after the last event, also when the run did not finish. */
  close(): Promise<void>;
}

export interface ReportTarget {
  /** Where a reporter of destination `output` writes. */
  readonly out: Output;
  /** Where a reporter of destination `file` writes; absent for the others. */
  readonly path?: string | undefined;
  /** Reports written to files in the same run, for people to find them. */
  readonly files: readonly string[];
  readonly env: Environment;
  readonly clock: Clock;
}

/** `process.stdout`, or another stream: then without `isTTY`, `columns` and `rows`. */
export type Output = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};
