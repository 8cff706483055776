import type { Path, Problem } from '../../../config/diagnostics.ts';
import { showValue } from './values.ts';

/** One thing that is asked of a value. Made once, when the file is read; what is wrong with it is known by then. */
export interface Matcher {
  /** What it asks for, to follow "should": `have the prefix "a"`. */
  readonly demand: string;
  match(actual: unknown): Match;
}

export type Match =
  | { readonly state: 'holds' }
  /** `because` follows the name of what was looked at: `is "b", and should have the prefix "a"`. */
  | { readonly state: 'fails'; readonly because: string }
  /** It cannot be told, which no `not` turns into a pass. */
  | { readonly state: 'unclear'; readonly because: string };

/** A matcher as it is written, with its place, so that what is wrong with it is shown there. */
export interface Writing {
  readonly value: unknown;
  readonly path: Path;
  /** The same for a value inside of this one. */
  below(step: string | number, value: unknown): Writing;
  complain(problem: Omit<Problem, 'path'>): void;
}

/** Makes a matcher of what is written. */
export type Compile = (writing: Writing) => Matcher;

export const holds: Match = Object.freeze({ state: 'holds' });

export function unclear(because: string): Match {
  return { state: 'unclear', because };
}

/** A matcher that looks at one value and says yes or no. */
export function asking(demand: string, isMet: (actual: unknown) => boolean): Matcher {
  return {
    demand,
    match: (actual) =>
      isMet(actual)
        ? holds
        : { state: 'fails', because: `is ${showValue(actual)}, and should ${demand}` },
  };
}

/** Looks at what `change` makes of a value; what it cannot make anything of is unclear. */
export function changing(
  matcher: Matcher,
  change: (actual: unknown) => { readonly value: unknown } | { readonly problem: string },
): Matcher {
  return {
    demand: matcher.demand,
    match: (actual) => {
      const changed = change(actual);
      return 'problem' in changed ? unclear(changed.problem) : matcher.match(changed.value);
    },
  };
}

/** Stands in for a matcher that could not be made; the file is refused before anyone asks it. */
export const noMatcher: Matcher = asking('be something else', () => false);

/** A list as it is written; complains about anything else. */
export function listIn(writing: Writing, name: string): readonly Writing[] {
  const { value } = writing;
  if (Array.isArray(value)) return value.map((item, index) => writing.below(index, item));
  writing.complain({
    message: `\`${name}\` needs a list, but has ${showValue(value)}.`,
    suggestion: `Write it as a list: \`${name}: [${typeof value === 'string' ? value : '…'}]\`.`,
  });
  return [];
}

/** A text as it is written; complains about anything else. */
export function textIn(writing: Writing, name: string): string {
  const { value } = writing;
  if (typeof value === 'string') return value;
  const suggestion =
    typeof value === 'number' ? `Put it into quotes: \`"${String(value)}"\`.` : undefined;
  writing.complain({
    message: `\`${name}\` needs a text, but has ${showValue(value)}.`,
    suggestion,
  });
  return '';
}
