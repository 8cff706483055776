import { expect, test } from 'vitest';
import { codeFrame } from './code-frame.ts';

test('a frame shows the line with a caret under the place', () => {
  expect(codeFrame('one\ntwo three\r\nfour', { line: 2, column: 5, length: 5 })).toBe(
    '  2 | two three\n    |     ^^^^^',
  );
});

test('a tab counts as one character, so that the caret stands right', () => {
  expect(codeFrame('\tx', { line: 1, column: 2, length: 1 })).toBe('  1 |  x\n    |  ^');
});

test('a caret never reaches beyond its line', () => {
  expect(codeFrame('ab', { line: 1, column: 2, length: 50 })).toBe('  1 | ab\n    |  ^');
  expect(codeFrame('', { line: 1, column: 1, length: 50 })).toBe('  1 | \n    | ^');
  expect(codeFrame('x', { line: 9, column: 1, length: 1 })).toBe('  9 | \n    | ^');
});

test('a long line is cut around the place', () => {
  const frame = codeFrame(`${'a'.repeat(500)}B${'c'.repeat(500)}`, {
    line: 1,
    column: 501,
    length: 1,
  });

  const [line = '', caret = ''] = frame.split('\n');

  expect(line.length).toBeLessThan(120);
  expect(line[caret.indexOf('^')]).toBe('B');
});
