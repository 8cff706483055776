import { RE2JS } from 're2js';
import { messageOf } from '../../kernel/errors.ts';

/** How a pattern stands to a text. */
export interface PatternMatch {
  readonly isFound: boolean;
  /** Whether it would be found if `^` and `$` meant lines. */
  readonly isFoundInLines: boolean;
}

/**
 * Searches in RE2 syntax, as Go's `regexp` does without flags: anywhere in the text, `.` is no line end, `^` and `$` are
 * the ends of the whole text. A pattern that is no expression gives its problem.
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function search(pattern: string, text: string): PatternMatch | { readonly problem: string } {
  try {
    const isFound = RE2JS.compile(pattern).test(text);
    const isFoundInLines = isFound || RE2JS.compile(pattern, RE2JS.MULTILINE).test(text);
    return { isFound, isFoundInLines };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
