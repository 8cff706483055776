import { RE2JS } from 're2js';

/** A regular expression of RE2, as it stands between the slashes. */
export class Pattern {
  readonly source: string;
  readonly #compiled: RE2JS;

  constructor(source: string) {
    this.source = source;
    this.#compiled = RE2JS.compile(source);
  }

  /** Whether the whole text matches. */
  isMatchOf(text: string): boolean {
    return this.#compiled.matches(text);
  }
}

/** Absent when RE2 cannot compile it. */
export function toPattern(source: string): Pattern | undefined {
  try {
    return new Pattern(source);
  } catch {
    // The only thing that RE2JS throws is that the expression cannot be compiled.
    return undefined;
  }
}
