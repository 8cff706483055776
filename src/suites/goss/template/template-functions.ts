import { RE2JS } from 're2js';
import { didYouMean } from '../../../config/suggestion.ts';
import { messageOf } from '../../../kernel/errors.ts';
import { isRecord, isSame, lengthOf, printValue, showValue } from '../matchers/values.ts';
import { formatText } from './format-text.ts';
import { CallProblem } from './template-problem.ts';
import { isTrue, MOST_CHARS, type TemplateData } from './template-values.ts';

type Args = readonly unknown[];
type TemplateFunction = (args: Args, data: TemplateData) => unknown;

/**
 * The functions of `text/template`, those of goss itself, and the plain ones of Sprig. A value that is piped comes last.
 * @see https://pkg.go.dev/text/template#hdr-Functions
 * @see https://masterminds.github.io/sprig/
 */
export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  // Their arguments are looked at one by one: see `evaluateLogic`.
  and: (args) => args.at(-1),
  or: (args) => args.at(-1),
  not: ([value]) => !isTrue(value),
  eq: ([left, ...others]) => others.some((each) => isEqual(left, each)),
  ne: ([left, right]) => !isEqual(left, right),
  lt: (args) => order(args) < 0,
  le: (args) => order(args) <= 0,
  gt: (args) => order(args) > 0,
  ge: (args) => order(args) >= 0,
  len: ([value]) => lengthOf(value) ?? refuse(`has ${printValue(value)}, which has no length`),
  index: ([value, ...keys]) => keys.reduce(indexOf, value),
  print: printAll,
  println: (args) => `${args.map(printValue).join(' ')}\n`,
  printf: ([format, ...values]) => formatText(text(format), values),

  mkSlice: (args) => [...args],
  getEnv: ([name, otherwise = ''], { env }) => env[text(name)] || text(otherwise),
  regexMatch: ([pattern, value]) => expression(pattern).test(text(value)),
  findStringSubmatch: ([pattern, value]) => submatches(expression(pattern), text(value)),
  toLower: ([value]) => text(value).toLowerCase(),
  toUpper: ([value]) => text(value).toUpperCase(),

  env: ([name], { env }) => env[text(name)] ?? '',
  lower: ([value]) => text(value).toLowerCase(),
  upper: ([value]) => text(value).toUpperCase(),
  trim: ([value]) => text(value).trim(),
  trimPrefix: ([prefix, value]) =>
    text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : value,
  trimSuffix: ([suffix, value]) =>
    text(value).endsWith(text(suffix))
      ? text(value).slice(0, text(value).length - text(suffix).length)
      : value,
  replace: ([from, to, value]) => text(value).replaceAll(text(from), () => text(to)),
  repeat: ([count, value]) => text(value).repeat(within(number(count), mostTimes(text(value)))),
  contains: ([part, value]) => text(value).includes(text(part)),
  hasPrefix: ([prefix, value]) => text(value).startsWith(text(prefix)),
  hasSuffix: ([suffix, value]) => text(value).endsWith(text(suffix)),
  quote: (args) => args.map((each) => JSON.stringify(printValue(each))).join(' '),
  squote: (args) => args.map((each) => `'${printValue(each)}'`).join(' '),
  join: ([separator, values]) => list(values).map(printValue).join(text(separator)),
  splitList: ([separator, value]) => text(value).split(text(separator)),
  toJson: ([value]) => toJson(value),
  toString: (args: Args) => printValue(args[0]),
  int: ([value]) => toInteger(value),
  atoi: ([value]) => (/^[+-]?\d+$/u.test(text(value)) ? Number(value) : 0),

  list: (args) => [...args],
  first: ([values]) => list(values)[0],
  last: ([values]) => list(values).at(-1),
  has: ([item, values]) => list(values).some((each) => isSame(each, item)),
  until: ([count]) =>
    Array.from({ length: within(number(count), MOST_ITEMS) }, (_, index) => index),
  dict: (args) =>
    Object.fromEntries(
      args.flatMap((key, index) => (index % 2 === 0 ? [[text(key), args[index + 1] ?? '']] : [])),
    ),
  get: ([map, key]) => record(map)[text(key)] ?? '',
  hasKey: ([map, key]) => Object.hasOwn(record(map), text(key)),
  keys: (args) => args.flatMap((map) => Object.keys(record(map))),

  default: ([otherwise, value]) => (isTrue(value) ? value : otherwise),
  empty: ([value]) => !isTrue(value),
  coalesce: (args) => args.find(isTrue),
  ternary: ([yes, no, isYes]) => (isTrue(isYes) ? yes : no),
  add: (args) => args.map(number).reduce((sum, each) => sum + each, 0),
  sub: ([left, right]) => number(left) - number(right),
  mul: (args) => args.map(number).reduce((product, each) => product * each, 1),
};

/** Enough for any list of tests; an endless one would fill the memory. */
const MOST_ITEMS = 10_000;

function mostTimes(part: string): number {
  return Math.min(MOST_ITEMS, Math.floor(MOST_CHARS / Math.max(1, part.length)));
}

/** Why a function is not there, and what to do instead. */
export function functionBeyond(name: string): {
  readonly message: string;
  readonly suggestion: string;
} {
  if (name === 'readFile') {
    return {
      message: '`readFile` reads where goss runs, and here no goss runs in the container.',
      suggestion: 'Test the file with `file` and `contents`, or hand its text in with `vars`.',
    };
  }
  return {
    message: `The function \`${name}\` is beyond the templates that Seatrial renders.`,
    suggestion:
      (name.length > 3 ? didYouMean(name, Object.keys(templateFunctions)) : undefined) ??
      '`docs/goss-tests.md` lists the functions; a value can be made outside and handed in with `vars`.',
  };
}

function refuse(what: string): never {
  throw new CallProblem(what);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : refuse(`needs a text, but has ${printValue(value)}`);
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : refuse(`needs a number, but has ${printValue(value)}`);
}

function within(count: number, most: number): number {
  if (Number.isInteger(count) && count >= 0 && count <= most) return count;
  return refuse(`needs a number from 0 to ${String(most)}, but has ${String(count)}`);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(`needs a list, but has ${printValue(value)}`);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : refuse(`needs a map, but has ${printValue(value)}`);
}

/** As Go writes it: keys in order, and nothing that a page could take for markup. */
function toJson(value: unknown): string {
  return JSON.stringify(value ?? null, withSortedKeys).replaceAll(
    /[<>&]/gu,
    (sign) => String.raw`\u00` + (sign.codePointAt(0) ?? 0).toString(16),
  );
}

function withSortedKeys(_: string, value: unknown): unknown {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).sort(byKey)) : value;
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

/** Go compares no text with a number, which would never be equal. */
function isEqual(left: unknown, right: unknown): boolean {
  const isBoth = (left ?? undefined) !== undefined && (right ?? undefined) !== undefined;
  if (!isBoth || typeof left === typeof right) return isSame(left, right);
  return refuse(`cannot compare ${showValue(left)} with ${showValue(right)}`);
}

/** With a space between two that are no texts. */
function printAll(args: Args): string {
  return args.reduce<string>((printed, each, index) => {
    const hasSpace = index > 0 && ![args[index - 1], each].some((one) => typeof one === 'string');
    return `${printed}${hasSpace ? ' ' : ''}${printValue(each)}`;
  }, '');
}

function toInteger(value: unknown): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (/^[+-]?(?:0|[1-9]\d*)$/u.test(text(value))) return Number(value);
  return refuse(`needs a whole number, but has ${printValue(value)}`);
}

function order([left, right]: Args): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') {
    return left < right ? -1 : Number(left > right);
  }
  return refuse(`cannot compare ${showValue(left)} with ${showValue(right)}`);
}

function indexOf(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const at = number(key);
    return at >= 0 && at < items.length ? items[at] : refuse(`has no item ${String(at)}`);
  }
  // What is not there is the empty value, as in Go.
  return record(value)[text(key)];
}

function expression(pattern: unknown): RE2JS {
  try {
    return RE2JS.compile(text(pattern));
  } catch (error) {
    if (error instanceof CallProblem) throw error;
    return refuse(`has a pattern that is no expression: ${messageOf(error)}`);
  }
}

/** By name when groups have names, else by number as a text. */
function submatches(compiled: RE2JS, value: string): Readonly<Record<string, string>> {
  const matcher = compiled.matcher(value);
  if (!matcher.find()) return {};
  const names = Object.entries(compiled.namedGroups());
  const entries: readonly (readonly [string, number])[] =
    names.length > 0
      ? names
      : Array.from({ length: matcher.groupCount() + 1 }, (_, index) => [String(index), index]);
  return Object.fromEntries(entries.map(([name, index]) => [name, matcher.group(index) ?? '']));
}
