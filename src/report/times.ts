import type { StepKind, StepOutcome } from '../kernel/run-events.ts';

/** A finished run, as the history keeps it. */
export interface TimedRun {
  readonly runId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly command: string;
  readonly commit?: string | undefined;
  readonly outcome: string;
  readonly durationMs: number;
}

export interface TimedStep {
  readonly runId: string;
  readonly kind: StepKind;
  readonly image: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: StepOutcome;
}

/** How long one stage took over some runs. */
export interface StageTimes {
  readonly stage: StepKind | 'total';
  /** The image; for `total` the command. */
  readonly of: string;
  /** Runs that did the whole stage and passed it. Only they count for the times. */
  readonly runCount: number;
  /** Runs that took the stage, or a part of it, from an earlier run. */
  readonly cachedCount: number;
  /** Absent, as are the other two, when no run did the stage. */
  readonly minimumMs?: number | undefined;
  readonly medianMs?: number | undefined;
  readonly maximumMs?: number | undefined;
}

type Sample = Pick<StageTimes, 'stage' | 'of'> & { readonly result: number | 'cached' };

/**
 * Minimum, median and maximum per image and stage, and per command in total. A stage of several steps, such as
 * suites side by side, takes the time in which at least one of them ran. Runs that failed do not count: how
 * soon something broke is no measure of how long it takes.
 */
export function toStageTimes(
  runs: readonly TimedRun[],
  steps: readonly TimedStep[],
): readonly StageTimes[] {
  const samples = runs.flatMap((run) => {
    const own = steps.filter(({ runId }) => runId === run.runId);
    return [...stageSamples(own), ...totalSample(run, own)];
  });
  const groups = groupBy(samples, ({ stage, of }) =>
    JSON.stringify([stage === 'total', of, stage]),
  );
  return [...groups.values()].map(toStage).sort(byImageAndStage(samples));
}

function stageSamples(steps: readonly TimedStep[]): readonly Sample[] {
  const groups = groupBy(steps, ({ image, kind }) => JSON.stringify([image, kind]));
  return [...groups.values()].flatMap((group): readonly Sample[] => {
    const [first] = group;
    if (first === undefined) return [];
    const place = { stage: first.kind, of: first.image };
    if (group.some(({ outcome }) => outcome === 'cached')) return [{ ...place, result: 'cached' }];
    if (group.some(({ outcome }) => outcome !== 'passed')) return [];
    return [{ ...place, result: busyMs(group) }];
  });
}

function totalSample(run: TimedRun, steps: readonly TimedStep[]): readonly Sample[] {
  if (run.outcome !== 'passed') return [];
  const isCached = steps.some(({ outcome }) => outcome === 'cached');
  return [{ stage: 'total', of: run.command, result: isCached ? 'cached' : run.durationMs }];
}

/** Length of the union of the steps' intervals. */
function busyMs(steps: readonly TimedStep[]): number {
  const intervals = steps
    .map(({ startedAt, durationMs }) => {
      const start = Date.parse(startedAt);
      return { start, end: start + durationMs };
    })
    .sort((a, b) => a.start - b.start);
  let busy = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { start, end } of intervals) {
    busy += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return busy;
}

function toStage(samples: readonly Sample[]): StageTimes {
  const times = samples
    .flatMap(({ result }) => (result === 'cached' ? [] : [result]))
    .sort((a, b) => a - b);
  return {
    stage: samples[0]?.stage ?? 'total',
    of: samples[0]?.of ?? '',
    runCount: times.length,
    cachedCount: samples.length - times.length,
    minimumMs: times[0],
    medianMs: median(times),
    maximumMs: times.at(-1),
  };
}

function median(sorted: readonly number[]): number | undefined {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined || sorted.length % 2 === 1) return upper;
  return ((sorted[middle - 1] ?? upper) + upper) / 2;
}

const STAGE_ORDER: readonly StageTimes['stage'][] = ['build', 'test', 'ship', 'total'];

/** Images in the order in which they were first built, totals last. */
function byImageAndStage(samples: readonly Sample[]): (a: StageTimes, b: StageTimes) => number {
  const names = [...new Set(samples.map(({ of }) => of))];
  const rank = ({ stage, of }: StageTimes): number =>
    (stage === 'total' ? names.length : names.indexOf(of)) * STAGE_ORDER.length +
    STAGE_ORDER.indexOf(stage);
  return (a, b) => rank(a) - rank(b);
}

function groupBy<Value>(
  values: readonly Value[],
  nameOf: (value: Value) => string,
): ReadonlyMap<string, readonly Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(nameOf(value)) ?? [];
    group.push(value);
    groups.set(nameOf(value), group);
  }
  return groups;
}
