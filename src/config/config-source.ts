import type { Place } from '../kernel/code-frame.ts';
import type { Diagnostic, Path, Problem } from './diagnostics.ts';

/** A configuration file as read: its plain values, and the way back to where each of them stands. */
export interface ConfigSource {
  /** Path as people know it. */
  readonly file: string;
  /** The file as the subject of a sentence: `The configuration`. */
  readonly subject: string;
  /** Plain data, not yet checked. */
  readonly value: unknown;
  /** Where the value, or its key, stands; the nearest parent where it is absent. Absent for modules. */
  positionOf(path: Path, at?: 'key' | 'value'): Place | undefined;
  /** A plain scalar as it is written, `1.10` for the number 1.1. Absent when the file does not say. */
  writtenAt(path: Path): string | undefined;
  diagnose(problem: Problem): Diagnostic;
}
