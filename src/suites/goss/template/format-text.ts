import { printValue } from '../matchers/values.ts';
import { CallProblem } from './template-problem.ts';

/** `printf` with the verbs that make sense in a file of tests. @see https://pkg.go.dev/fmt#hdr-Printing */
export function formatText(format: string, values: readonly unknown[]): string {
  let used = 0;
  const text = format.replaceAll(VERB, (whole: string) => {
    const verb = toVerb(whole);
    if (Math.max(verb.width, verb.digits ?? 0) > MOST_WIDTH) {
      throw new CallProblem(`has the width of ${whole}, and may have one up to 100`);
    }
    if (verb.letter === '%') return '%';
    if (used >= values.length) throw new CallProblem(`has too few values for ${whole}`);
    const shown = formatValue(values[used], verb.letter, verb.digits);
    used += 1;
    if (verb.flag === '-') return shown.padEnd(verb.width);
    return shown.padStart(verb.width, verb.flag === '0' ? '0' : ' ');
  });
  if (used < values.length) throw new CallProblem('has more values than its format asks for');
  return text;
}

const VERB = /%[-0]?\d*(?:\.\d+)?./gsu;

/** As many digits as a number can be given. */
const MOST_WIDTH = 100;

interface Verb {
  readonly flag: string;
  readonly width: number;
  readonly digits: number | undefined;
  readonly letter: string;
}

function toVerb(written: string): Verb {
  const [, flag = '', width = '', digits, letter = ''] =
    /^%([-0]?)(\d*)(?:\.(\d+))?(.)$/su.exec(written) ?? [];
  return {
    flag,
    width: Number(width),
    digits: digits === undefined ? undefined : Number(digits),
    letter,
  };
}

function formatValue(value: unknown, verb: string, digits: number | undefined): string {
  switch (verb) {
    case 's':
    case 'v':
    case 't':
      return printValue(value);
    case 'q':
      return JSON.stringify(printValue(value));
    case 'd':
    case 'x':
      if (typeof value !== 'number') throw new CallProblem(`has no number for %${verb}`);
      return Math.trunc(value).toString(verb === 'd' ? 10 : 16);
    case 'f':
      if (typeof value !== 'number') throw new CallProblem('has no number for %f');
      return value.toFixed(digits ?? 6);
    default:
      throw new CallProblem(`has the verb %${verb}, which Seatrial does not format`);
  }
}
