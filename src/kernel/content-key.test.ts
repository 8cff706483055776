import { expect, test } from 'vitest';
import { compareInputs, contentKey } from './content-key.ts';
import { digestOf, hexOf, isDigest, shortDigest } from './digest.ts';

test('equal inputs in any order give an equal key', () => {
  expect(contentKey('build', { a: '1', b: '2' })).toEqual(contentKey('build', { b: '2', a: '1' }));
});

test.each([
  ['another value', contentKey('build', { a: '2' })],
  ['another name', contentKey('build', { b: '1' })],
  ['another kind', contentKey('test', { a: '1' })],
  ['one input more', contentKey('build', { a: '1', b: '' })],
  ['values that only together read the same', contentKey('build', { 'a","1': '' })],
])('%s gives another key', (_, key) => {
  expect(key.digest).not.toBe(contentKey('build', { a: '1' }).digest);
});

test('what differs between two keys has a name', () => {
  expect(compareInputs({ a: '1', b: '1', c: '1' }, { b: '2', c: '1', d: '1' })).toEqual([
    { input: 'a', change: 'removed' },
    { input: 'b', change: 'changed' },
    { input: 'd', change: 'added' },
  ]);
});

test('a digest is sha256 and 64 lower-case hex digits and nothing else', () => {
  const digest = digestOf('seatrial');

  expect(isDigest(digest)).toBe(true);
  expect(hexOf(digest)).toHaveLength(64);
  expect(shortDigest(digest)).toBe(hexOf(digest).slice(0, 12));
  for (const wrong of [hexOf(digest), `${digest}0`, digest.toUpperCase(), `${digest}\n`, 'sha256:'])
    expect(isDigest(wrong)).toBe(false);
});
