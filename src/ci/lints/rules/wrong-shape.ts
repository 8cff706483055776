import { findingsOf } from '../checked-findings.ts';
import type { Lint } from '../lint.ts';

/** L08: YAML that says something else than it looks like. */
export const wrongShape: Lint = {
  id: 'L08',
  title: 'duplicate-key',
  severity: 'error',
  why: 'Of two equal keys one is lost, and keys beside `run:` do not belong to it.',
  fix: 'Keep one key; indent what belongs to a step by 4 more than its `-`.',
  check: (subject) =>
    findingsOf(subject, [
      'duplicate-key',
      'step-not-indented',
      'job-not-indented',
      'two-steps-in-one',
    ]),
};
