import type { LintSubject } from '../circleci/lint-subject.ts';
import type { Lint, LintFinding } from './lint.ts';

/** L08: YAML that says something else than it looks like. */
export const wrongShape: Lint = {
  id: 'L08',
  title: 'duplicate-key',
  severity: 'error',
  why: 'Of two equal keys one is lost, and keys beside `run:` do not belong to it.',
  fix: 'Keep one key; indent what belongs to a step by 4 more than its `-`.',
  check: (subject) => ofCodes(subject, ['duplicate-key', 'step-not-indented', 'job-not-indented', 'two-steps-in-one']),
};

/** L24: a here-document that is taken for an expression. */
export const unescapedHeredoc: Lint = {
  id: 'L24',
  title: 'unescaped-heredoc',
  severity: 'error',
  why: 'From version 2.1 on `<<` begins an expression, also in a command.',
  fix: 'Put a backslash before it: `\\<<EOF`.',
  check: (subject) => ofCodes(subject, ['template']),
};

/** What `validate` finds too, under the name that it has as a rule. */
function ofCodes({ checked }: LintSubject, codes: readonly string[]): readonly LintFinding[] {
  return checked.findings
    .filter(({ code }) => codes.includes(code))
    .map(({ origin, message, suggestion, related }) => ({ origin, message, suggestion, related }));
}
