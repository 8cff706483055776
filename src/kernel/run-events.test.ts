import { expect, test } from 'vitest';
import { runEventSchema } from './run-events.ts';

const finished = {
  v: 1,
  seq: 3,
  at: '2026-01-01T00:00:00.000Z',
  type: 'step.finished',
  step: 'build:app',
  outcome: 'passed',
  durationMs: 5,
};

test('an event is read as it was written', () => {
  expect(runEventSchema.parse(finished)).toEqual(finished);
});

test.each([
  ['an unknown type', { ...finished, type: 'step.vanished' }],
  ['an unknown outcome', { ...finished, outcome: 'fine' }],
  ['another version', { ...finished, v: 2 }],
  ['a missing field', { ...finished, step: undefined }],
])('%s is refused', (_, event) => {
  expect(runEventSchema.safeParse(event).success).toBe(false);
});
