import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { AppError, exitCodes, messageOf, systemCodeOf, type ErrorTable } from './errors.ts';
import { parsePlatform, renderPlatform } from './platform.ts';
import { Secret } from './secret.ts';

const table = {
  EXAMPLE: { exit: exitCodes.environment, meaning: 'An example.', hint: 'Try again.' },
} as const satisfies ErrorTable;

class ExampleError extends AppError<keyof typeof table> {}

test('an error carries its code, exit code, hint, values and cause', () => {
  const cause = new Error('below');

  const error = new ExampleError(
    table,
    { code: 'EXAMPLE', message: 'it broke' },
    { cause, details: { value: 3 } },
  );

  expect(error).toMatchObject({
    name: 'ExampleError',
    code: 'EXAMPLE',
    exitCode: 3,
    hint: 'Try again.',
    message: 'it broke',
    details: { value: 3 },
    cause,
  });
});

test('whoever throws may know a better hint than the table', () => {
  const at = { code: 'EXAMPLE', message: '' } as const;

  expect(new ExampleError(table, at, { hint: 'Do this.' }).hint).toBe('Do this.');
});

test('a secret shows in no form of printing', () => {
  const secret = new Secret('hunter2');

  expect([String(secret), JSON.stringify({ secret }), inspect({ secret })].join()).not.toContain(
    'hunter2',
  );
  expect(secret.reveal()).toBe('hunter2');
});

test('anything that was thrown has a message', () => {
  expect([new Error('a'), 'b', 3].map(messageOf)).toEqual(['a', 'b', '3']);
  expect(systemCodeOf(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT');
  expect([undefined, 'ENOENT', { code: 3 }].map(systemCodeOf)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test.each(['linux/amd64', 'linux/arm64/v8', 'windows/amd64'])('the platform %s is read', (text) => {
  const platform = parsePlatform(text);

  expect(platform && renderPlatform(platform)).toBe(text);
});

test.each(['linux', 'linux/', '/amd64', 'linux/amd64/v8/x', 'Linux/amd64', ''])(
  'the platform %j is refused',
  (text) => {
    expect(parsePlatform(text)).toBeUndefined();
  },
);
