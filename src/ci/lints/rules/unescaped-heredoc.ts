import { findingsOf } from '../checked-findings.ts';
import type { Lint } from '../lint.ts';

/** L24: a here-document that is taken for an expression. */
export const unescapedHeredoc: Lint = {
  id: 'L24',
  title: 'unescaped-heredoc',
  severity: 'error',
  why: 'From version 2.1 on `<<` begins an expression, also in a command.',
  fix: 'Put a backslash before it: `\\<<EOF`.',
  check: (subject) => findingsOf(subject, ['template']),
};
