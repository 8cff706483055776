import type { EventOf, PlannedStep, StepOutcome } from '../kernel/run-events.ts';
import type { Case } from '../kernel/verdict.ts';

/** A run as far as it has come: all that any reporter knows. Made by `fold.ts`, never changed. */
export interface RunView {
  /** Absent until `run.started`, as are the fields up to `startedAt`. */
  readonly runId?: string | undefined;
  readonly command?: string | undefined;
  readonly version?: string | undefined;
  readonly project?: string | undefined;
  readonly engine?: string | undefined;
  readonly provider?: string | undefined;
  readonly commit?: string | undefined;
  /** ISO 8601. */
  readonly startedAt?: string | undefined;
  /** In the order of the plan. */
  readonly steps: readonly StepView[];
  readonly notices: readonly Notice[];
  /** Absent while the run goes on, and for ever when its process died. */
  readonly end?: RunEnd | undefined;
}

export type RunEnd = Pick<EventOf<'run.finished'>, 'outcome' | 'exitCode' | 'durationMs' | 'error'>;

export interface Notice {
  readonly step?: string | undefined;
  readonly message: string;
}

export type StepState = 'waiting' | 'running' | StepOutcome;

export interface StepView extends PlannedStep {
  readonly state: StepState;
  readonly why?: string | undefined;
  readonly key?: string | undefined;
  /** ISO 8601; absent when it never started. */
  readonly startedAt?: string | undefined;
  /** Absent until it finished, as are the fields up to `error`. */
  readonly durationMs?: number | undefined;
  readonly reason?: string | undefined;
  readonly imageId?: string | undefined;
  readonly imageRef?: string | undefined;
  readonly imageClass?: string | undefined;
  readonly digest?: string | undefined;
  readonly refs: readonly string[];
  readonly moved: readonly string[];
  readonly error?: EventOf<'step.finished'>['error'];
  readonly cases: readonly Case[];
  readonly runningCases: readonly RunningCase[];
  readonly vertices: readonly Vertex[];
  /** Last lines of what the step printed, oldest first. */
  readonly output: readonly OutputLine[];
  /** Announced and not yet read back. */
  readonly openEffects: readonly string[];
}

export interface RunningCase {
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

export type Vertex = Pick<EventOf<'build.vertex'>, 'name' | 'state' | 'durationMs'>;

export interface OutputLine {
  readonly source: string;
  readonly text: string;
  /** Whether its line feed was seen. */
  readonly isWhole: boolean;
}
