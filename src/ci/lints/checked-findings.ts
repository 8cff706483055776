import type { LintSubject } from '../circleci/lint-subject.ts';
import type { LintFinding } from './lint.ts';

/** What `validate` finds too, under the name that it has as a rule. */
export function findingsOf(
  { checked }: LintSubject,
  codes: readonly string[],
): readonly LintFinding[] {
  return checked.findings
    .filter(({ code }) => codes.includes(code))
    .map(({ origin, message, suggestion, related }) => ({ origin, message, suggestion, related }));
}
