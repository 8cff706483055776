import { expect, test } from 'vitest';
import { toStageTimes, type TimedRun, type TimedStep } from './times.ts';
import { renderComparison, renderTimes } from './times-table.ts';

function runOf(runId: string, durationMs: number, more: Partial<TimedRun> = {}): TimedRun {
  return {
    runId,
    startedAt: '2026-11-24T10:00:00.000Z',
    command: 'ci',
    outcome: 'passed',
    durationMs,
    ...more,
  };
}

function stepOf(runId: string, durationMs: number, more: Partial<TimedStep> = {}): TimedStep {
  return {
    runId,
    kind: 'build',
    image: 'app',
    startedAt: '2026-11-24T10:00:00.000Z',
    durationMs,
    outcome: 'passed',
    ...more,
  };
}

test('each stage has the minimum, median and maximum of the runs that did it', () => {
  const runs = [runOf('r1', 900), runOf('r2', 500), runOf('r3', 700), runOf('r4', 600)];
  const steps = [stepOf('r1', 90), stepOf('r2', 50), stepOf('r3', 70), stepOf('r4', 60)];

  const stages = toStageTimes(runs, steps);

  expect(stages).toMatchObject([
    { stage: 'build', of: 'app', runCount: 4, minimumMs: 50, medianMs: 65, maximumMs: 90 },
    { stage: 'total', of: 'ci', runCount: 4, minimumMs: 500, medianMs: 650, maximumMs: 900 },
  ]);
});

function at(second: number): string {
  return `2026-11-24T10:00:0${second}.000Z`;
}

test('suites side by side take the time in which one of them ran', () => {
  const test = { kind: 'test', image: 'app' } as const;
  const steps = [
    stepOf('r1', 3000, { ...test, startedAt: at(0) }),
    stepOf('r1', 1000, { ...test, startedAt: at(1) }),
    stepOf('r1', 2000, { ...test, startedAt: at(2) }),
    stepOf('r1', 1000, { ...test, startedAt: at(6) }),
  ];

  const [stage] = toStageTimes([runOf('r1', 7000)], steps);

  expect(stage).toMatchObject({ stage: 'test', minimumMs: 5000 });
});

test('a stage that was cached, even in part, is counted and has no time', () => {
  const steps = [stepOf('r1', 90), stepOf('r2', 80), stepOf('r2', 1, { outcome: 'cached' })];

  const stages = toStageTimes([runOf('r1', 100), runOf('r2', 90)], steps);

  expect(stages).toMatchObject([
    { stage: 'build', runCount: 1, cachedCount: 1, maximumMs: 90, minimumMs: 90 },
    { stage: 'total', runCount: 1, cachedCount: 1, maximumMs: 100, minimumMs: 100 },
  ]);
});

test('what failed does not count as fast', () => {
  const runs = [runOf('r1', 3, { outcome: 'failed' }), runOf('r2', 100)];
  const steps = [stepOf('r1', 1, { outcome: 'failed' }), stepOf('r2', 90)];

  const stages = toStageTimes(runs, steps);

  expect(stages).toMatchObject([
    { stage: 'build', runCount: 1, minimumMs: 90 },
    { stage: 'total', runCount: 1, minimumMs: 100 },
  ]);
});

test('images come in the order of their first step, their stages in order, totals last', () => {
  const steps = [
    stepOf('r1', 1, { image: 'z', kind: 'test' }),
    stepOf('r1', 1, { image: 'z' }),
    stepOf('r1', 1, { image: 'a' }),
    stepOf('r1', 1, { image: 'z', kind: 'ship' }),
  ];

  const stages = toStageTimes([runOf('r1', 9), runOf('r2', 9, { command: 'build' })], steps);

  expect(stages.map(({ stage, of }) => `${stage} ${of}`)).toEqual([
    'build z',
    'test z',
    'ship z',
    'build a',
    'total ci',
    'total build',
  ]);
});

test('times are a table whose numbers stand below each other', () => {
  const steps = [stepOf('r1', 61_000), stepOf('r2', 900), stepOf('r3', 1, { outcome: 'cached' })];
  const runs = [runOf('r1', 65_000), runOf('r2', 1000), runOf('r3', 5)];

  const text = renderTimes(toStageTimes(runs, steps)).join('\n');

  expect(text).toMatchInlineSnapshot(`
    "stage  of     min  median     max  runs  cached
    build  app  900ms   30.9s  1m 01s     2       1
    total  ci    1.0s   33.0s  1m 05s     2       1"
  `);
});

test('a comparison shows both sides, what is only on one, and how the median changed', () => {
  const before = toStageTimes([runOf('r1', 2000)], [stepOf('r1', 1000)]);
  const after = toStageTimes(
    [runOf('r2', 1000)],
    [stepOf('r2', 650), stepOf('r2', 200, { kind: 'ship' })],
  );

  const text = renderComparison(before, after).join('\n');

  expect(text).toMatchInlineSnapshot(`
    "stage  of   min A  median A  max A  runs A  min B  median B  max B  runs B  change
    build  app   1.0s      1.0s   1.0s       1  650ms     650ms  650ms       1   -35 %
    ship   app      -         -      -       0  200ms     200ms  200ms       1       -
    total  ci    2.0s      2.0s   2.0s       1   1.0s      1.0s   1.0s       1   -50 %"
  `);
});

test('a project without runs says so', () => {
  expect(renderTimes([])).toEqual(['No run has finished yet: there are no times.']);
  expect(renderComparison([], [])).toEqual(['None of these runs has times to compare.']);
});
