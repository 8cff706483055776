import { expect, test } from 'vitest';
import { contentKey } from '../kernel/content-key.ts';
import { whyDone, whyTodo } from './why.ts';

const key = contentKey('test', { a: '1', b: '2', c: '3', d: '4', e: '5' });

test.each([
  ['a step that never ran', undefined, 'first time'],
  ['a step that ran with the same inputs', key.inputs, 'did not pass last time'],
  ['one change', { ...key.inputs, a: '0' }, 'a changed'],
  ['something new', { b: '2', c: '3', d: '4', e: '5' }, 'a added'],
  ['something gone', { ...key.inputs, z: '1' }, 'z removed'],
  ['many changes', {}, 'a added, b added, c added and 2 more'],
])('%s is told as it is', (_, last, why) => {
  expect(whyTodo(last, key)).toBe(why);
});

test('an earlier pass is told with its time and run', () => {
  const pass = { key: '', inputs: {}, step: 's', runId: 'r1', at: '2026-11-24T07:38:12.000Z' };

  expect(whyDone(pass)).toBe('passed 2026-11-24 07:38 UTC in run r1');
});

test('a file of the context is named once', () => {
  const before = { context: 'a', 'context:x': 'a' };
  const after = contentKey('build', { context: 'b', 'context:x': 'b' });

  expect(whyTodo(before, after)).toBe('context:x changed');
  expect(whyTodo({ context: 'a' }, contentKey('build', { context: 'b' }))).toBe('context changed');
});
