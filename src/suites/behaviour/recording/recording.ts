import type { ImageClass } from '../image-class.ts';
import type { SpokenPort } from '../spoken-port.ts';
import type { StartOutcome } from '../start-outcome.ts';
import type { WrittenPath } from '../writes-seen.ts';

/** What was seen of one container while somebody used it. */
export interface Recording {
  /** How it came up; absent when it was called off before. */
  readonly outcome?: StartOutcome | undefined;
  readonly imageClass?: ImageClass | undefined;
  /** TCP ports that listened at some time, ascending. */
  readonly ports: readonly RecordedPort[];
  /** Outside its volumes; without what everybody may write to. */
  readonly written: readonly WrittenPath[];
  /** Paths that are volumes. */
  readonly volumes: readonly { readonly path: string; readonly isUsed: boolean }[];
  /** Names of variables that it was given. Never values. */
  readonly env: readonly string[];
  /** What others sent to it, in order: `SIGHUP`. The stop at the end is no part of it. */
  readonly signals: readonly string[];
  readonly end: RecordedEnd;
  /** First line of its log that is not empty; absent when there is none. */
  readonly firstLine?: string | undefined;
  readonly durationMs: number;
}

export interface RecordedPort {
  readonly port: number;
  readonly isExposed: boolean;
  readonly isLoopback: boolean;
  /** How many connections were seen. Short ones may be missed. */
  readonly connections: number;
  /** Asked at the end, when it was still up. */
  readonly speaks?: SpokenPort['speaks'] | undefined;
}

export interface RecordedEnd {
  /** `recorder`: it was asked to stop when the recording was over. `other`: somebody else ended it. */
  readonly by: 'itself' | 'recorder' | 'other' | 'engine';
  readonly exitCode?: number | undefined;
  /** The signal that it was stopped with. */
  readonly signal?: string | undefined;
  /** How long it took to stop. */
  readonly stopMs?: number | undefined;
}
