import type { Ready } from '../../config/schema.ts';
import type { Clock } from '../../host/clock.ts';
import type { Engine, ImageRecord } from '../contract.ts';

export const readyKinds = ['health', 'log', 'port', 'http', 'exit', 'quiet'] as const;
export type ReadyKind = (typeof readyKinds)[number];

export interface ReadyOptions {
  readonly engine: Engine;
  /** A container that was started. */
  readonly containerId: string;
  readonly image: ImageRecord;
  /** Absent: derived from the image. */
  readonly ready?: Ready | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How the wait for a container ended. */
export type ReadyResult =
  | { readonly state: 'ready'; readonly by: ReadyKind; readonly afterMs: number }
  | NotReady;

export interface NotReady {
  /** `exited`: it ended before it was ready. `timeout`: it runs, but what was waited for did not come. */
  readonly state: 'exited' | 'timeout';
  readonly afterMs: number;
  /** What was waited for, as part of a sentence: `a TCP socket on port 8000 on more than loopback`. */
  readonly waitedFor: string;
  /** Meaningful when it exited. */
  readonly exitCode: number;
  readonly isOomKilled: boolean;
  /** The engine's own words; empty when it has none. */
  readonly error: string;
  readonly lastLogLines: readonly string[];
  /** Output of the last health probe; absent when the container has no health check. */
  readonly lastHealthOutput?: string | undefined;
  /** What the probe saw last, as part of a sentence: `port 8000 listens on 127.0.0.1 only`. Absent when nothing. */
  readonly lastSeen?: string | undefined;
}

/** What a probe may use, and where it leaves what it saw. */
export interface ProbeContext {
  readonly engine: Engine;
  readonly containerId: string;
  readonly clock: Clock;
  /** Aborts when the wait is over, however it ended. */
  readonly signal: AbortSignal;
  /** Keeps the words for `lastSeen`. */
  saw(what: string): void;
}

/** One way to tell that a container is ready. */
export interface Probe {
  readonly kind: ReadyKind;
  readonly waitsFor: string;
  /** Resolves when the container is ready; rejects when the engine fails or the signal aborts. */
  wait(context: ProbeContext): Promise<void>;
  /** Whether ending with this code is what was waited for. Absent: ending is never ready. */
  acceptsExit?(exitCode: number): boolean;
}
