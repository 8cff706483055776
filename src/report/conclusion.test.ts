import { expect, test } from 'vitest';
import type { RunEventBody, StepOutcome } from '../kernel/run-events.ts';
import { conclude } from './conclusion.ts';
import { emptyRun, fold } from './fold.ts';
import { failedRun, passedRun, toEvents, type TimedEvent } from './testing/sample-run.ts';

function conclusionOf(timed: readonly TimedEvent[]): string {
  return conclude(toEvents(timed).reduce(fold, emptyRun));
}

function finished(step: string, outcome: StepOutcome, moved: string[] = []): TimedEvent {
  return [0, { type: 'step.finished', step, outcome, durationMs: 1, moved, reason: 'because' }];
}

function ended(outcome: Extract<RunEventBody, { type: 'run.finished' }>['outcome']): TimedEvent {
  return [0, { type: 'run.finished', outcome, exitCode: 0, durationMs: 4200 }];
}

test.each([
  [
    'a passed run counts what was done',
    passedRun,
    'Passed in 5.6s: 2 images built (1 from an earlier run), 2 suites passed, 1 image shipped.',
  ],
  [
    'a failed run names the case',
    failedRun,
    'Failed after 12.5s: test dynamodb behaviour (stops). Nothing was shipped.',
  ],
  [
    'a run without changes says so',
    [finished('build:a', 'cached'), finished('test:a:script', 'cached'), ended('passed')],
    'Nothing changed: all 2 steps had passed before. Done in 4.2s.',
  ],
  [
    'a run that shipped a platform untested says so',
    [
      finished('build:a', 'passed'),
      finished('test:a@linux/amd64:script', 'passed'),
      finished('test:a@linux/arm64:script', 'skipped'),
      finished('ship:a', 'passed', ['r/a:1']),
      ended('passed'),
    ],
    'Passed in 4.2s: 1 image built, 1 suite passed, 1 skipped as untested, 1 image shipped.',
  ],
  [
    'a run that only built says nothing about shipping',
    [finished('build:a', 'failed'), ended('failed')],
    'Failed after 4.2s: build a.',
  ],
  [
    'a lost run blames no image',
    [finished('test:a:script', 'lost'), finished('ship:a', 'skipped'), ended('lost')],
    'Undecided after 4.2s, because of the environment and not of an image: test a script. Nothing was shipped.',
  ],
  [
    'a run that shipped a part says how much',
    [finished('ship:a', 'passed', ['r/a:1']), finished('ship:b', 'failed'), ended('failed')],
    'Failed after 4.2s: ship b. 1 of 2 images was shipped.',
  ],
  ['a cancelled run', [ended('cancelled')], 'Cancelled after 4.2s.'],
  ['a run with nothing to do', [ended('passed')], 'Passed in 4.2s: there was nothing to do.'],
  [
    'a run that died',
    [finished('build:a', 'passed')],
    'The run did not finish: its process ended before it could say how.',
  ],
])('%s', (_, timed, sentence) => {
  expect(conclusionOf(timed)).toBe(sentence);
});

test('of many culprits the first three are named', () => {
  const steps = ['a', 'b', 'c', 'd', 'e'].map((image) => finished(`build:${image}`, 'failed'));

  expect(conclusionOf([...steps, ended('failed')])).toBe(
    'Failed after 4.2s: build a; build b; build c and 2 more.',
  );
});
