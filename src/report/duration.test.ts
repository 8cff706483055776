import { expect, test } from 'vitest';
import { renderDuration } from './duration.ts';

test.each([
  [0, '0ms'],
  [999.4, '999ms'],
  [999.6, '1.0s'],
  [4250, '4.3s'],
  [59_949, '59.9s'],
  [59_960, '1m 00s'],
  [63_400, '1m 03s'],
  [3_599_700, '1h 00m'],
  [7_500_000, '2h 05m'],
])('%d ms is %s', (durationMs, text) => {
  expect(renderDuration(durationMs)).toBe(text);
});
