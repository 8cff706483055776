import type { Case } from '../kernel/verdict.ts';
import type { RunView, StepView } from './run-view.ts';
import { isFailure, isWarning, nameStep } from './step-text.ts';

/** A step of the run as formats of test results know it. */
export interface ResultSuite {
  readonly name: string;
  readonly step: StepView;
  readonly cases: readonly Result[];
}

export interface Result {
  /** Id of the case; the step's own name where it has no cases. */
  readonly name: string;
  readonly durationMs?: number | undefined;
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped';
  /** Set when it passed and asks for attention. */
  readonly warning?: string | undefined;
  /** Why it did not pass, or was skipped. */
  readonly message: string;
  /** Everything else that is known: evidence, fix, the command to see it by hand. */
  readonly text: string;
}

/** Each step is a suite; a step without cases has one, the step itself. */
export function toResultSuite(step: StepView, view: RunView): ResultSuite {
  const name = `${step.kind} ${nameStep(step, view)}`;
  const cases = step.cases.map(toResult);
  const own = toStepResult(step, name);
  const isTold = cases.some(isBadResult);
  // A step may end badly although none of its cases did, and a report without a failure would lie.
  const isOwn = cases.length === 0 || (isBadResult(own) && !isTold);
  return { name, step, cases: isOwn ? [...cases, own] : cases };
}

export function isBadResult({ kind }: Result): boolean {
  return kind === 'failure' || kind === 'error';
}

function toResult(each: Case): Result {
  const { id, durationMs } = each;
  const told = [each.evidence, labelled('fix', each.fix), labelled('see', each.command)];
  const text = told.filter((part) => part !== undefined).join('\n');
  if (each.verdict === 'skip') {
    return {
      name: id,
      durationMs,
      kind: 'skipped',
      message: each.reason ?? each.message,
      text: '',
    };
  }
  if (each.verdict === 'lost') {
    return { name: id, durationMs, kind: 'error', message: each.reason ?? each.message, text };
  }
  if (isFailure(each))
    return { name: id, durationMs, kind: 'failure', message: each.message, text };
  return isWarning(each)
    ? { name: id, durationMs, kind: 'passed', warning: each.message, message: '', text }
    : { name: id, durationMs, kind: 'passed', message: '', text: each.message };
}

function toStepResult(step: StepView, name: string): Result {
  const message = step.error?.message ?? step.reason ?? step.state;
  const output = step.output.map(({ text }) => text).join('\n');
  const kinds: Readonly<Record<StepView['state'], Result['kind']>> = {
    passed: 'passed',
    cached: 'passed',
    failed: 'failure',
    lost: 'error',
    skipped: 'skipped',
    cancelled: 'error',
    waiting: 'skipped',
    running: 'error',
  };
  const result = {
    name,
    durationMs: step.durationMs,
    kind: kinds[step.state],
    message,
    text: message,
  };
  return isBadResult(result) ? { ...result, text: output } : result;
}

/** One line; absent when there is nothing to say. */
export function labelled(label: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${label}: ${text}`;
}
