import type { Classification } from './image-class.ts';
import type { Ledger } from './ledger.ts';
import type { RunPlan } from './run-plan.ts';
import type { ReadyRun } from './runs.ts';
import type { Trial } from './trial.ts';
import type { Yard } from './yard.ts';

export interface Battery {
  readonly trial: Trial;
  readonly plan: RunPlan;
  readonly ledger: Ledger;
  /** At most this many containers at the same time. */
  readonly concurrency: number;
  readonly onClassified: (found: Classification) => void;
}

/** What the lines of a battery share. */
export interface Lines extends Battery {
  readonly yard: Yard;
  /** The first container once it is ready; absent when it never is. Never rejects. */
  readonly firstReady: Promise<ReadyRun | undefined>;
}
