import type { Clock } from '../../host/clock.ts';
import type { Scope } from '../../engine/scope-contract.ts';
import type { Subject } from './subject.ts';

/** Everything that is needed to bring containers of a subject to life. */
export interface Trial {
  readonly subject: Subject;
  readonly scope: Scope;
  readonly clock: Clock;
  /** Aborts everything that waits. */
  readonly signal: AbortSignal;
}
