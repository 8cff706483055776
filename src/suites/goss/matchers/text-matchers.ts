import { RE2JS } from 're2js';
import { messageOf } from '../../../kernel/errors.ts';
import { asking, noMatcher, textIn, type Matcher, type Writing } from './matcher.ts';
import { showValue, toText } from './values.ts';

type Builder = (writing: Writing) => Matcher;

export const havePrefix: Builder = (writing) => {
  const prefix = textIn(writing, 'have-prefix');
  return asking(`have the prefix ${showValue(prefix)}`, (actual) =>
    toText(actual).startsWith(prefix),
  );
};

export const haveSuffix: Builder = (writing) => {
  const suffix = textIn(writing, 'have-suffix');
  return asking(`have the suffix ${showValue(suffix)}`, (actual) =>
    toText(actual).endsWith(suffix),
  );
};

export const containSubstring: Builder = (writing) => {
  const part = textIn(writing, 'contain-substring');
  return asking(`contain ${showValue(part)}`, (actual) => toText(actual).includes(part));
};

export const matchRegexp: Builder = (writing) => {
  const pattern = textIn(writing, 'match-regexp');
  const expression = compileExpression(pattern);
  if ('problem' in expression) {
    complainAboutExpression(writing, pattern, expression.problem);
    return noMatcher;
  }
  return asking(`match the expression ${showValue(pattern)}`, (actual) =>
    expression.test(toText(actual)),
  );
};

export type Expression =
  | { readonly test: (text: string) => boolean }
  | { readonly problem: string };

/** @see https://github.com/google/re2/wiki/Syntax */
export function compileExpression(pattern: string): Expression {
  try {
    const compiled = RE2JS.compile(pattern);
    return { test: (text) => compiled.test(text) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

export function complainAboutExpression(writing: Writing, pattern: string, problem: string): void {
  writing.complain({
    message: `${showValue(pattern)} is no regular expression in RE2 syntax: ${problem}.`,
    suggestion: 'RE2 has no lookaround and no back references.',
  });
}
