import { asking, changing, type Matcher, type Writing } from './matcher.ts';
import { showValue, toNumber } from './values.ts';

const comparisons = {
  gt: { words: 'be greater than', isMet: (actual: number, bound: number) => actual > bound },
  ge: { words: 'be at least', isMet: (actual: number, bound: number) => actual >= bound },
  lt: { words: 'be less than', isMet: (actual: number, bound: number) => actual < bound },
  le: { words: 'be at most', isMet: (actual: number, bound: number) => actual <= bound },
} as const;

/** `gt`, `ge`, `lt` and `le`. */
export function compare(name: keyof typeof comparisons): (writing: Writing) => Matcher {
  return (writing) => {
    const { value: bound } = writing;
    if (typeof bound !== 'number') {
      const suggestion =
        toNumber(bound) === undefined ? undefined : `Remove the quotes: \`${String(bound)}\`.`;
      const message = `\`${name}\` needs a number, but has ${showValue(bound)}.`;
      writing.complain({ message, suggestion });
    }
    const { words, isMet } = comparisons[name];
    return numeric(`${words} ${showValue(bound)}`, (actual) => isMet(actual, Number(bound)));
  };
}

export function equalNumber(expected: number): Matcher {
  return numeric(`be ${String(expected)}`, (actual) => actual === expected);
}

function numeric(demand: string, isMet: (actual: number) => boolean): Matcher {
  const matcher = asking(demand, (actual) => isMet(Number(actual)));
  return changing(matcher, (actual) => {
    const value = toNumber(actual);
    if (value !== undefined) return { value };
    return { problem: `is ${showValue(actual)}, which is no number, and should ${demand}` };
  });
}
