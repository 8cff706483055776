/** How one start of a container went. */
export type StartOutcome =
  | {
      readonly state: 'ready';
      readonly durationMs: number;
      /** What told that it is ready: `8000/tcp listens`. */
      readonly because: string;
    }
  | {
      readonly state: 'exited';
      readonly durationMs: number;
      readonly exitCode: number;
      readonly isOomKilled: boolean;
      /** Last lines of its log; empty when it printed nothing. */
      readonly log: string;
    }
  | {
      readonly state: 'timeout';
      readonly durationMs: number;
      /** What was waited for, and what was seen instead. */
      readonly because: string;
      readonly log: string;
    }
  | {
      /** The engine could not start the program: it is not there, or not for this machine. */
      readonly state: 'refused';
      readonly durationMs: number;
      readonly because: string;
    };
