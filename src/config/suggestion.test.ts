import { expect, test } from 'vitest';
import { closest, didYouMean } from './suggestion.ts';

test.each([
  ['tets', ['test', 'text', 'ready'], 'test'],
  ['dockerFile', ['dockerfile', 'context'], 'dockerfile'],
  ['stop-timeout', ['stop_timeout', 'timeout'], 'stop_timeout'],
  ['suite', ['suites', 'ship'], 'suites'],
  ['imgaes', ['images', 'registry'], 'images'],
])('%j was probably one of %j: %s', (word, candidates, expected) => {
  expect(closest(word, candidates)).toBe(expected);
});

test.each([
  ['kubernetes', ['images', 'registry']],
  ['test', []],
  ['x', ['y']],
  ['', ['a', 'ab']],
  ['env', ['args', 'ship']],
])('nothing is near %j among %j', (word, candidates) => {
  expect(closest(word, candidates)).toBeUndefined();
  expect(didYouMean(word, candidates)).toBeUndefined();
});
