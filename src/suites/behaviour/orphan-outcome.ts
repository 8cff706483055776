import type { StartOutcome } from './start-outcome.ts';

/** What PID 1 did with a process that lost its parent. */
export type OrphanTrial =
  | { readonly state: 'not-up'; readonly outcome: StartOutcome }
  | { readonly state: 'unseen'; readonly why: string }
  | {
      readonly state: 'reaped' | 'left';
      /** What PID 1 is called. */
      readonly first: string;
      /** How many processes of the image ran besides it. */
      readonly others: number;
    };
