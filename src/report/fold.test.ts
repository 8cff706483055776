import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../kernel/run-events.ts';
import { emptyRun, fold } from './fold.ts';
import type { RunView, StepView } from './run-view.ts';
import { behaviourCase, failedRun, passedRun, toEvents } from './testing/sample-run.ts';

function viewOf(events: readonly RunEvent[]): RunView {
  return events.reduce(fold, emptyRun);
}

function stepOf(view: RunView, id: string): StepView | undefined {
  return view.steps.find((step) => step.id === id);
}

test('a finished run has its outcome and each step its own', () => {
  const view = viewOf(toEvents(failedRun));

  expect(view.end).toMatchObject({ outcome: 'failed', exitCode: 1, durationMs: 12_470 });
  expect(view.steps.map(({ id, state }) => [id, state])).toEqual([
    ['build:jre', 'cached'],
    ['build:dynamodb', 'passed'],
    ['test:dynamodb:behaviour', 'failed'],
    ['test:dynamodb:script', 'passed'],
    ['ship:dynamodb', 'skipped'],
  ]);
});

test('a run that was cut off shows what ran then, with its running cases', () => {
  const events = toEvents(failedRun).filter(({ at }) => at < '2026-11-24T10:15:32.500Z');

  const view = viewOf(events);

  expect(view.end).toBeUndefined();
  expect(stepOf(view, 'test:dynamodb:behaviour')).toMatchObject({
    state: 'running',
    runningCases: [{ id: 'starts' }, { id: 'stops' }],
  });
  expect(stepOf(view, 'ship:dynamodb')?.state).toBe('waiting');
});

test('folding changes no earlier view', () => {
  const events = toEvents(passedRun);
  const frozen = structuredClone(viewOf(events.slice(0, 10)));
  const earlier = viewOf(events.slice(0, 10));

  events.slice(10).reduce(fold, earlier);

  expect(earlier).toEqual(frozen);
});

test('a build step knows each vertex once, in its last state', () => {
  const view = viewOf(toEvents(passedRun));

  expect(stepOf(view, 'build:dynamodb')?.vertices.map(({ state }) => state)).toEqual([
    'cached',
    'done',
  ]);
});

test('an announced effect is open until it was read back', () => {
  const events = toEvents(passedRun);
  const intentAt = events.findIndex(({ type }) => type === 'effect.intent');

  const announced = viewOf(events.slice(0, intentAt + 1));
  const done = viewOf(events.slice(0, intentAt + 2));

  expect(stepOf(announced, 'ship:dynamodb')?.openEffects).toEqual(['move tag 1.2']);
  expect(stepOf(done, 'ship:dynamodb')?.openEffects).toEqual([]);
});

test('a cached step shows the cases of the run that it was taken from', () => {
  const view = viewOf(
    toEvents([
      [
        0,
        {
          type: 'step.finished',
          step: 'test:app:script',
          outcome: 'cached',
          durationMs: 1,
          cases: [behaviourCase('starts')],
        },
      ],
    ]),
  );

  expect(view.steps[0]?.cases.map(({ id }) => id)).toEqual(['starts']);
});

test('a step that no plan announced is shown with what its id tells', () => {
  const view = viewOf(
    toEvents([[0, { type: 'step.started', step: 'test:app:script', why: 'it was asked for' }]]),
  );

  expect(view.steps).toMatchObject([
    { kind: 'test', image: 'app', suite: 'script', state: 'running', why: 'it was asked for' },
  ]);
});

function linesAfter(pieces: readonly (readonly [source: string, text: string])[]): string[] {
  const view = viewOf(
    toEvents(
      pieces.map(([source, text], index) => [
        index,
        { type: 'step.output', step: 'build:app', source, text },
      ]),
    ),
  );
  return (view.steps[0]?.output ?? []).map(({ source, text }) => `${source}: ${text}`);
}

describe('the output of a step', () => {
  test('is put together from pieces that end within a line', () => {
    const lines = linesAfter([
      ['RUN', 'one\ntw'],
      ['RUN', 'o\n'],
      ['RUN', '\nthree'],
    ]);

    expect(lines).toEqual(['RUN: one', 'RUN: two', 'RUN: ', 'RUN: three']);
  });

  test('does not join the lines of different sources', () => {
    const lines = linesAfter([
      ['a', 'one'],
      ['b', 'two'],
    ]);

    expect(lines).toEqual(['a: one', 'b: two']);
  });

  test('is kept to its last 200 lines of at most 2000 characters', () => {
    const lines = linesAfter([['RUN', `${'x'.repeat(5000)}\n`.repeat(1000)]]);

    expect(lines).toHaveLength(200);
    expect(lines.every((line) => line.length === 'RUN: '.length + 2000)).toBe(true);
  });
});
