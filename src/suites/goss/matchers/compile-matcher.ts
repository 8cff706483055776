import { didYouMean } from '../../../config/suggestion.ts';
import {
  consistOf,
  containAll,
  containElement,
  containElements,
  haveKey,
  haveLen,
} from './collection-matchers.ts';
import { gjson } from './gjson-matcher.ts';
import { and, not, or } from './logic-matchers.ts';
import { asking, noMatcher, type Compile, type Matcher, type Writing } from './matcher.ts';
import { compare, equalNumber } from './number-matchers.ts';
import { havePatterns } from './patterns.ts';
import { semverConstraint } from './semver-constraint.ts';
import { containSubstring, havePrefix, haveSuffix, matchRegexp } from './text-matchers.ts';
import { isRecord, isSame, showValue, toText } from './values.ts';
import { xml } from './xml-matcher.ts';

/**
 * All matchers that are written by name.
 * @see https://github.com/goss-org/goss/blob/v0.4.9/docs/gossfile.md#matchers
 */
export const matchers: Readonly<Record<string, (writing: Writing, compile: Compile) => Matcher>> = {
  equal: ({ value }) => asking(`equal ${showValue(value)}`, (actual) => isSame(actual, value)),
  'have-prefix': havePrefix,
  'have-suffix': haveSuffix,
  'match-regexp': matchRegexp,
  'contain-substring': containSubstring,
  'have-len': haveLen,
  'have-patterns': havePatterns,
  'have-key': haveKey,
  'contain-element': containElement,
  'contain-elements': containElements,
  'consist-of': consistOf,
  not,
  and,
  or,
  gt: compare('gt'),
  ge: compare('ge'),
  lt: compare('lt'),
  le: compare('le'),
  'semver-constraint': semverConstraint,
  gjson,
  xml,
};

/** What is written in the place of a matcher: a value to be equal to, a list to be contained, or one matcher by name. */
export const compileMatcher: Compile = (writing) => {
  const { value } = writing;
  if (typeof value === 'string') {
    return asking(`be ${showValue(value)}`, (actual) => toText(actual) === value);
  }
  if (typeof value === 'number') return equalNumber(value);
  if (typeof value === 'boolean') {
    return asking(`be ${String(value)}`, (actual) => actual === value);
  }
  if (Array.isArray(value)) {
    return containAll(
      value.map((item: unknown, index) => writing.below(index, item)),
      compileMatcher,
    );
  }
  if (isRecord(value)) return compileNamed(writing, value);
  writing.complain({
    message: 'Nothing stands here, so nothing would be asserted.',
    suggestion: 'Write a value or a matcher, or remove the key.',
  });
  return noMatcher;
};

function compileNamed(writing: Writing, value: Readonly<Record<string, unknown>>): Matcher {
  const names = Object.keys(value);
  const [name = ''] = names;
  if (names.length !== 1) {
    const message =
      names.length === 0
        ? 'A matcher has no name here.'
        : `Only one matcher can stand here, but there are ${names.map((each) => `\`${each}\``).join(' and ')}.`;
    writing.complain({ message, suggestion: 'Put several into a list below `and`.' });
    return noMatcher;
  }
  const build = Object.hasOwn(matchers, name) ? matchers[name] : undefined;
  const below = writing.below(name, value[name]);
  if (build !== undefined) return build(below, compileMatcher);
  below.complain({
    at: 'key',
    message: `There is no matcher \`${name}\`.`,
    suggestion:
      didYouMean(name, Object.keys(matchers)) ?? 'A value to be equal to goes below `equal`.',
  });
  return noMatcher;
}
