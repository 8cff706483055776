import type { HealthState } from '../../engine/contract.ts';
import type { StartOutcome } from './start-outcome.ts';

/** How a health check took it that everything which it could ask was frozen. */
export type HealthTrial =
  | { readonly state: 'not-up'; readonly outcome: StartOutcome }
  | {
      readonly state: 'never-healthy';
      readonly because: string;
      readonly afterMs: number;
      /** Absent when it ended. */
      readonly health: HealthState | undefined;
    }
  | { readonly state: 'not-frozen'; readonly why: string }
  /** It went on saying healthy. */
  | { readonly state: 'blind'; readonly afterMs: number; readonly probes: number }
  | {
      readonly state: 'noticed';
      readonly afterMs: number;
      /** Once everything went on. */
      readonly later: 'healthy' | 'unhealthy' | 'ended';
    };
