import { expect, test } from 'vitest';
import { HOSTILE } from './testing/sample-run.ts';
import { cleanLine, cleanText, cutToWidth, textWidth, wrapWords } from './terminal-text.ts';

test('text from outside cannot move the cursor, set a title, reorder or command', () => {
  expect(cleanText(HOSTILE)).toBe(
    '</pre><script>alert(1)</script>]]>\n::error::spoofed\n## vso[task.setvariable]x\n&<>"\'`\ufffd\ufffd',
  );
});

test.each([
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u009b2Jcleared', 'cleared'],
  ['50%\r100%\r\nnext', '50%\n100%\nnext'],
  ['a\tb', 'a    b'],
  ['bell\u0007', 'bell\ufffd'],
  ['##[error]no ##teamcity[x]', '## [error]no ## teamcity[x]'],
  ['plain ünïcödé 日本', 'plain ünïcödé 日本'],
])('%j is shown as %j', (text, shown) => {
  expect(cleanText(text)).toBe(shown);
});

test('a text of several lines fits on one', () => {
  expect(cleanLine('  one\n\n  two \r\n')).toBe('one two');
});

test.each([
  ['abc', 3],
  ['\u001b[1mabc\u001b[22m', 3],
  ['日本', 4],
  ['e\u0301', 1],
  ['👩‍👩‍👧', 2],
])('%j takes the columns that a terminal gives it: %i', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 5, 'abcd…'],
  ['日本語', 4, '日…'],
  ['abc def', 5, 'abc…'],
  ['abcdef', 1, '…'],
  ['abcdef', 0, ''],
])('%j in %i columns is %j', (text, width, cut) => {
  expect(cutToWidth(text, width, '…')).toBe(cut);
});

test('words are wrapped, and a word that is too long stays whole', () => {
  expect(wrapWords('one two three-and-more four', 8)).toEqual([
    'one two',
    'three-and-more',
    'four',
  ]);
});
