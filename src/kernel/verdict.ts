/** One word for how a case ended. `lost` means the infrastructure failed: it is never a pass. */
export const verdicts = ['pass', 'warn', 'fail', 'skip', 'lost'] as const;
export type Verdict = (typeof verdicts)[number];

/** How much a case that does not pass weighs: `error` stops the gate, `warn` and `info` do not. */
export const severities = ['error', 'warn', 'info'] as const;
export type Severity = (typeof severities)[number];

/** One verdict with everything a person needs to believe it and to act on it. */
export interface Case {
  /** Name of the suite that holds the case: `behaviour`, `structure`, `goss`, `script`, `spec`. */
  readonly suite: string;
  /** Unique within the suite: a check id, a script's path, a spec's full title. */
  readonly id: string;
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly durationMs: number;
  /** What was found, in one sentence. */
  readonly message: string;
  /** What was seen: log lines, process tables, paths. Absent when the message says it all. */
  readonly evidence?: string | undefined;
  /** One imperative sentence. Present on every `fail` and `warn`. */
  readonly fix?: string | undefined;
  /** Why a case was skipped or lost. Present on every `skip` and `lost`. */
  readonly reason?: string | undefined;
  /** A `docker` command that shows the same thing by hand. */
  readonly command?: string | undefined;
  /** Judged from what the image holds, without a container. Absent means no. */
  readonly isStatic?: boolean | undefined;
}

export type VerdictCount = Readonly<Record<Verdict, number>>;

export function countVerdicts(cases: readonly Case[]): VerdictCount {
  const count: Record<Verdict, number> = { pass: 0, warn: 0, fail: 0, skip: 0, lost: 0 };
  for (const { verdict } of cases) count[verdict] += 1;
  return count;
}

/** How a set of cases ends: the gate opens on `passed` and on nothing else. */
export type Outcome = 'passed' | 'failed' | 'lost' | 'empty';

/**
 * Fails closed: no case, or nothing but skips, is `empty`, and one lost case makes the set `lost`.
 * A `fail` of severity `error` decides over everything else. Cases that need no container say nothing of how an
 * image behaves: where others were asked for and all of them were skipped, they make no pass.
 */
export function outcomeOf(cases: readonly Case[]): Outcome {
  const count = countVerdicts(cases);
  if (cases.some((each) => each.verdict === 'fail' && each.severity === 'error')) return 'failed';
  if (count.lost > 0) return 'lost';
  const ofContainers = cases.filter(({ isStatic }) => isStatic !== true);
  const proof = ofContainers.length > 0 ? ofContainers : cases;
  return proof.some(({ verdict }) => verdict !== 'skip') ? 'passed' : 'empty';
}
