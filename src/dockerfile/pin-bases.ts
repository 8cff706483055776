import type { SourceRange } from './source-text.ts';

/** A reference of a Dockerfile, and what is to stand there instead. */
export interface Pin {
  /** From `ImageUse`. */
  readonly range: SourceRange;
  readonly reference: string;
}

/**
 * Replaces references to images, so that a build takes exactly the parent that was built and not whatever a
 * tag means by then. The number of lines stays the same: places in error messages stay right.
 */
export function pinBases(text: string, pins: readonly Pin[]): string {
  return pins
    .toSorted((a, b) => b.range.start - a.range.start)
    .reduce((current, { range, reference }) => {
      const replaced = current.slice(range.start, range.end);
      return `${current.slice(0, range.start)}${reference}${lineEndsOf(replaced)}${current.slice(range.end)}`;
    }, text);
}

/** A reference that was split over lines leaves its continuations behind. */
function lineEndsOf(replaced: string): string {
  const [continuation] = /[\\`][ \t]*\r?\n/u.exec(replaced) ?? [];
  const lines = replaced.split('\n').length - 1;
  return (continuation ?? '\n').repeat(lines);
}
