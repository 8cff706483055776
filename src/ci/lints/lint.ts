import type { Finding, Severity } from '../circleci/finding.ts';
import type { LintSubject } from '../circleci/lint-subject.ts';

/** One rule about files of CI services. */
export interface Lint {
  /** `L01`. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** One sentence: what goes wrong where it is broken. */
  readonly why: string;
  /** One sentence: what to write instead. */
  readonly fix: string;
  check(subject: LintSubject): readonly LintFinding[];
}

/** What a rule finds; its id, severity and fix come from the rule where it says nothing else. */
export type LintFinding = Pick<Finding, 'origin' | 'message'> &
  Partial<Pick<Finding, 'severity' | 'suggestion' | 'related'>>;
