import type { FileDigests } from '../build/file-digests.ts';
import type { Engine } from '../engine/contract.ts';
import type { RunnablePlatforms } from '../engine/runnable-platforms.ts';
import type { Scope } from '../engine/scope-contract.ts';
import type { StatementSigner } from '../evidence/signer.ts';
import type { History } from '../history/results.ts';
import type { Clock } from '../host/clock.ts';
import type { Environment } from '../host/environment.ts';
import type { CiEnvironment } from '../kernel/ci-environment.ts';
import type { Emit, EventOf, PlannedStep } from '../kernel/run-events.ts';
import type { Project } from './project.ts';

/** Everything a step may use. Made once per run, by the composition root. */
export interface RunContext {
  readonly runId: string;
  /** Version of Seatrial. */
  readonly version: string;
  readonly project: Project;
  /** `<project>/.seatrial`. */
  readonly stateFolder: string;
  readonly ci: CiEnvironment;
  readonly engine: Engine;
  readonly scope: Scope;
  /** Which platforms the engine runs: tried once per run. */
  readonly runnable: RunnablePlatforms;
  readonly history: History;
  /** Content digests of the project's files, remembered from run to run. */
  readonly fileDigests: FileDigests;
  readonly clock: Clock;
  /** The whole environment. Suites and hooks get it without credentials (G5). */
  readonly env: Environment;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Signs the evidence of what is shipped; absent when nobody does. */
  readonly signer?: StatementSigner | undefined;
  /** Ignore earlier results. */
  readonly isFresh: boolean;
  /** Tags may move back to older commits. */
  readonly mayGoBack: boolean;
  /** Kinds of steps that may do work; others must be done already (`deploy` builds and tests nothing). */
  readonly mayWork: ReadonlySet<PlannedStep['kind']>;
  /** Containers and processes at the same time, by cores and memory of the engine. */
  readonly concurrency: number;
}

/** How a step ended, as it goes into `step.finished`. */
export type StepResult = Omit<EventOf<'step.finished'>, 'type' | 'step' | 'durationMs'>;

/** Ends of the steps that were done before, by step id. */
export type StepResults = ReadonlyMap<string, StepResult>;

/** Whether and why a step has to be done; decided without any effect. */
export interface Assessment {
  /** `unknown` while a step before it has yet to be done. */
  readonly state: 'done' | 'todo' | 'unknown';
  /** One sentence: where the result comes from, or which input changed. */
  readonly why: string;
  /** Absent while an input is unknown. */
  readonly key?: string | undefined;
  readonly inputs?: Readonly<Record<string, string>> | undefined;
}
