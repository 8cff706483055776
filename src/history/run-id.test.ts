import { expect, test } from 'vitest';
import { systemClock, type Clock } from '../host/clock.ts';
import { createRunId, isRunId } from './run-id.ts';

function clockAt(time: string): Clock {
  return { ...systemClock, now: () => new Date(time) };
}

test('an id is the UTC time to the second and four random hex digits', () => {
  const id = createRunId(clockAt('2026-11-24T10:15:30.999Z'), Uint8Array.of(0x4f, 0x2a));

  expect(id).toBe('20261124-101530-4f2a');
});

test('ids sort by age', () => {
  const older = createRunId(clockAt('2026-11-24T10:15:30Z'), Uint8Array.of(0xff, 0xff));
  const newer = createRunId(clockAt('2026-11-24T10:15:31Z'), Uint8Array.of(0, 0));

  expect([newer, older].sort()).toEqual([older, newer]);
});

test('runs of one second get different ids', () => {
  const clock = clockAt('2026-11-24T10:15:30Z');

  const ids = new Set(Array.from({ length: 20 }, () => createRunId(clock)));

  expect(ids.size).toBeGreaterThan(10);
  expect([...ids].every(isRunId)).toBe(true);
});

test.each(['', '..', '20261124-101530', '20261124-101530-4f2a/..', 'x20261124-101530-4f2a'])(
  'a name that is no run id is never taken for one: %j',
  (name) => {
    expect(isRunId(name)).toBe(false);
  },
);
