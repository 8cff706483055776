import { expect, test } from 'vitest';
import { parseHttpTarget } from './http-target.ts';

test.each([
  ['/health', 80, { method: 'GET', port: 80, path: '/health' }],
  ['8080/', 80, { method: 'GET', port: 8080, path: '/' }],
  ['POST /items', 80, { method: 'POST', port: 80, path: '/items' }],
  ['PUT 8080/items?x=1', undefined, { method: 'PUT', port: 8080, path: '/items?x=1' }],
])('%s with default port %s is understood', (text, port, expected) => {
  expect(parseHttpTarget(text, port)).toEqual(expected);
});

test.each(['health', 'get /x', 'GET', '99999/', '0/', 'http://host/', '/a b', ''])(
  '%j is refused: READY_SETTING_INVALID',
  (text) => {
    expect(() => parseHttpTarget(text, 80)).toThrow(
      expect.objectContaining({ code: 'READY_SETTING_INVALID' }),
    );
  },
);

test('a target without port needs a default', () => {
  expect(() => parseHttpTarget('/x', undefined)).toThrow('names no port');
});
