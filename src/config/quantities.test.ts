import { expect, test } from 'vitest';
import { parseDurationMs, parseSizeBytes } from './quantities.ts';

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['1m30s', 90_000],
  ['1.5s', 1500],
  ['2h', 7_200_000],
  ['10', 10_000],
  ['0', 0],
  [10, 10_000],
  [0.5, 500],
  ['0.001s', 1],
])('the duration %j is %i ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each([
  '',
  's',
  '10 s',
  '-1s',
  '1d',
  '1s30',
  '1.2.3s',
  'ten',
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
])('%j is no duration', (text) => {
  expect(parseDurationMs(text)).toBeUndefined();
});

test.each([
  ['512m', 512 * 1024 ** 2],
  ['512M', 512 * 1024 ** 2],
  ['512MiB', 512 * 1024 ** 2],
  ['512mb', 512 * 1024 ** 2],
  ['2g', 2 * 1024 ** 3],
  ['1.5k', 1536],
  ['64', 64],
  ['64b', 64],
  [1024, 1024],
])('the size %j is %i bytes', (text, bytes) => {
  expect(parseSizeBytes(text)).toBe(bytes);
});

test.each(['', 'm', '-1m', '1t', '0', '0m', 0, -5, 1.5, Number.NaN, '9'.repeat(30)])(
  '%j is no size',
  (text) => {
    expect(parseSizeBytes(text)).toBeUndefined();
  },
);
