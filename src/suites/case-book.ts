import { messageOf } from '../kernel/errors.ts';
import type { Case } from '../kernel/verdict.ts';
import type { SuiteContext } from './contract.ts';

/** One thing that a test asked for and did not find. A test without complaints has passed. */
export interface Complaint {
  /** One sentence, without its full stop. */
  readonly message: string;
  /** One imperative sentence. */
  readonly fix: string;
}

export interface PlannedCase {
  readonly id: string;
  /** A `docker` command that shows the same by hand. */
  readonly command?: string | undefined;
}

/** What became of a test. */
export type Judgement =
  | {
      readonly complaints: readonly Complaint[];
      /** What was seen. */
      readonly evidence?: string | undefined;
    }
  /** The test counts for nothing, as in the original. */
  | { readonly dropped: string };

/** Keeps the cases of a run in the order in which they were planned, whatever the order in which they end. */
export interface CaseBook {
  /** Judges one, and tells. A failed case is a value; when the run was cancelled it is lost. */
  conclude(planned: PlannedCase, judge: () => Promise<Judgement>): Promise<void>;
  cases(planned: readonly PlannedCase[]): readonly Case[];
}

export function createCaseBook(
  suite: string,
  { report, signal }: Pick<SuiteContext, 'report' | 'signal'>,
): CaseBook {
  const finished = new Map<string, Case>();

  return Object.freeze({
    conclude: async (planned: PlannedCase, judge: () => Promise<Judgement>) => {
      report.caseStarted(planned.id);
      const startedMs = performance.now();
      const found = await findOut(judge, signal);
      const each: Case = {
        suite,
        id: planned.id,
        severity: 'error',
        durationMs: Math.round(performance.now() - startedMs),
        ...found,
        ...(planned.command === undefined ? {} : { command: planned.command }),
      };
      report.caseFinished(each);
      finished.set(planned.id, each);
    },
    cases: (planned: readonly PlannedCase[]) =>
      planned.map(({ id }) => finished.get(id)).filter((each) => each !== undefined),
  });
}

type Finding = Pick<Case, 'verdict' | 'message'> & Partial<Case>;

async function findOut(judge: () => Promise<Judgement>, signal: AbortSignal): Promise<Finding> {
  if (signal.aborted) {
    const reason = 'The run was cancelled before it.';
    return { verdict: 'lost', message: 'Was not tried', reason };
  }
  try {
    return toFinding(await judge());
  } catch (error) {
    if (!signal.aborted) throw error;
    return {
      verdict: 'lost',
      message: 'Was ended',
      reason: `The run was cancelled: ${messageOf(error)}`,
    };
  }
}

function toFinding(judgement: Judgement): Finding {
  if ('dropped' in judgement) {
    return { verdict: 'skip', message: 'Was dropped', reason: judgement.dropped };
  }
  const { complaints, evidence } = judgement;
  const [first, ...others] = complaints;
  if (first === undefined) return { verdict: 'pass', message: 'Passed' };
  const more = others.length === 0 ? '' : `, and ${others.length} more of its demands were not met`;
  const told = [...others.map(({ message }) => message), evidence ?? ''].filter(
    (part) => part !== '',
  );
  return {
    verdict: 'fail',
    message: `${first.message}${more}`,
    fix: first.fix,
    ...(told.length === 0 ? {} : { evidence: told.join('\n') }),
  };
}
