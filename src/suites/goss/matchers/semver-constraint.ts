import { compare, parse, type SemVer } from 'semver';
import { asking, noMatcher, textIn, unclear, type Matcher, type Writing } from './matcher.ts';
import { showValue } from './values.ts';

/**
 * Ranges as the Go library has them: pre-releases are ordered as any other version, and are not left out.
 * @see https://github.com/blang/semver#ranges
 */
export function semverConstraint(writing: Writing): Matcher {
  const constraint = textIn(writing, 'semver-constraint');
  const range = parseRange(constraint);
  if (range === undefined) {
    writing.complain({
      message: `${showValue(constraint)} is no range of versions.`,
      suggestion: 'Write it as in `>=1.2.0 <2.0.0 !=1.5.0 || 3.x`.',
    });
    return noMatcher;
  }
  const demand = `satisfy ${showValue(constraint)}`;
  const matcher = asking(demand, (actual) => versionsOf(actual)?.every(range) ?? false);
  return {
    demand,
    match: (actual) =>
      versionsOf(actual) === undefined
        ? unclear(`is ${showValue(actual)}, which is no semantic version, and should ${demand}`)
        : matcher.match(actual),
  };
}

/** Absent when one of them is none, or when there are none. */
function versionsOf(actual: unknown): readonly SemVer[] | undefined {
  const values: readonly unknown[] = Array.isArray(actual) ? actual : [actual];
  const versions = values.flatMap((each) => parseVersion(each) ?? []);
  return versions.length === values.length && versions.length > 0 ? versions : undefined;
}

function parseVersion(value: unknown): SemVer | undefined {
  if (typeof value !== 'string' || !/^\d+\.\d+\.\d+/u.test(value)) return undefined;
  return parse(value) ?? undefined;
}

type Test = (version: SemVer) => boolean;

const OPERATORS = ['>=', '<=', '!=', '==', '>', '<', '=', '!'] as const;
type Operator = (typeof OPERATORS)[number] | '';

function parseRange(text: string): Test | undefined {
  const groups = text.split('||').map(parseGroup);
  if (groups.some((group) => group === undefined)) return undefined;
  return (version) => groups.some((group) => group?.(version));
}

/** Comparisons that must all hold. */
function parseGroup(text: string): Test | undefined {
  const written = text
    .trim()
    .replaceAll(/([<>=!])\s+/gu, '$1')
    .split(/\s+/u);
  const tests = written.map(parseComparison);
  if (tests.some((test) => test === undefined)) return undefined;
  return (version) => tests.every((test) => test?.(version));
}

function parseComparison(text: string): Test | undefined {
  const operator = OPERATORS.find((each) => text.startsWith(each)) ?? '';
  const written = text.slice(operator.length);
  const version = parseVersion(written);
  if (version !== undefined) return (actual) => isMet(operator, compare(actual, version));
  return parseWildcard(operator, written);
}

function isMet(operator: Operator, order: number): boolean {
  switch (operator) {
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '!':
    case '!=':
      return order !== 0;
    case '':
    case '=':
    case '==':
      return order === 0;
  }
}

/** `1.x` and `1.2.x`: everything from the first version of that kind up to the first after it. */
function parseWildcard(operator: Operator, text: string): Test | undefined {
  const [, major, minor] = /^(\d+)\.(?:[xX]|(\d+)\.[xX])(?:\.[xX])?$/u.exec(text) ?? [];
  if (major === undefined) return undefined;
  const isMinor = minor !== undefined;
  const from = parse(`${major}.${minor ?? '0'}.0`);
  const to = parse(isMinor ? `${major}.${Number(minor) + 1}.0` : `${Number(major) + 1}.0.0`);
  if (from === null || to === null) return undefined;
  const isAtLeast: Test = (actual) => compare(actual, from) >= 0;
  const isBefore: Test = (actual) => compare(actual, to) < 0;
  const isInside: Test = (actual) => isAtLeast(actual) && isBefore(actual);
  const tests: Readonly<Record<Operator, Test>> = {
    '': isInside,
    '=': isInside,
    '==': isInside,
    '!': (actual) => !isInside(actual),
    '!=': (actual) => !isInside(actual),
    '>': (actual) => !isBefore(actual),
    '>=': isAtLeast,
    '<': (actual) => !isAtLeast(actual),
    '<=': isBefore,
  };
  return tests[operator];
}
