import { expect, test } from 'vitest';
import { retryAfterMs } from './retries.ts';

const now = new Date('2026-01-01T00:00:00Z');

test.each([
  [undefined, undefined],
  ['0', 0],
  ['3', 3000],
  ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
  ['Thu, 01 Jan 2015 00:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After %j is %j ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected);
});
