import { expect, test } from 'vitest';
import { AppError, exitCodes } from '../kernel/errors.ts';
import { Secret } from '../kernel/secret.ts';
import { exitCodeOf, renderError, toErrorPicture } from './render-error.ts';
import { createStyle } from './style.ts';

const table = {
  ENGINE_UNREACHABLE: {
    exit: exitCodes.environment,
    meaning: 'The engine does not answer.',
    hint: 'Start the engine, or set DOCKER_HOST to one that runs.',
  },
} as const;

function engineError(options: ConstructorParameters<typeof AppError>[2] = {}): AppError {
  const message = 'The engine at unix:///run/docker.sock does not answer.';
  return new AppError(table, { code: 'ENGINE_UNREACHABLE', message }, options);
}

function render(thrown: unknown, isDebug = false): string {
  const style = createStyle({ env: {}, isTty: false });
  return renderError(thrown, { style, width: 72, isDebug }).join('\n');
}

test('an error shows what happened, values, causes, the fix and its page', () => {
  const system = Object.assign(new Error('connect ENOENT /run/docker.sock'), { code: 'ENOENT' });
  const cause = new Error('The request failed.', { cause: system });

  const text = render(
    engineError({
      cause,
      details: {
        endpoint: 'unix:///run/docker.sock',
        triedMs: 5000,
        password: new Secret('hunter22'),
      },
    }),
  );

  expect(text).toMatchInlineSnapshot(`
    "x The engine at unix:///run/docker.sock does not answer.
      triedMs   5000
      password  ***
      cause     The request failed.
      cause     connect ENOENT /run/docker.sock
      fix       Start the engine, or set DOCKER_HOST to one that runs.
      see       docs/reference/errors.md#engine_unreachable
                (ENGINE_UNREACHABLE)"
  `);
});

test('a cause that only repeats the message is not shown again', () => {
  const error = engineError();

  expect(render(engineError({ cause: new Error(error.message) }))).not.toContain('cause');
});

test('of failed attempts that Node joined the first is the cause', () => {
  const cause = new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:2375')], '');

  expect(render(engineError({ cause }))).toContain('cause  connect ECONNREFUSED 127.0.0.1:2375');
});

test('a chain of causes without end is cut', () => {
  const first = new Error('first');
  first.cause = new Error('second', { cause: first });

  expect(render(engineError({ cause: first })).match(/cause/gu)).toHaveLength(2);
});

test('whatever is no error of ours is a bug of ours, and its stack is shown only in debug', () => {
  const thrown = new TypeError('x is not a function');

  expect(toErrorPicture(thrown)).toMatchObject({ code: 'BUG', message: 'x is not a function' });
  expect(exitCodeOf(thrown)).toBe(70);
  expect(render(thrown)).toContain('This is a bug of seatrial: x is not a function');
  expect(render(thrown)).not.toContain('render-error.test.ts');
  expect(render(thrown, true)).toContain('render-error.test.ts');
});

test('an error of ours keeps its exit code and hint', () => {
  expect(exitCodeOf(engineError())).toBe(3);
  expect(toErrorPicture(engineError({ hint: 'Wait.' }))).toEqual({
    code: 'ENGINE_UNREACHABLE',
    message: 'The engine at unix:///run/docker.sock does not answer.',
    hint: 'Wait.',
  });
});

test.each([
  ['a string', 'a string'],
  [undefined, 'undefined'],
  [42, '42'],
])('a thrown %j is told as well as can be', (thrown, message) => {
  expect(render(thrown)).toContain(`This is a bug of seatrial: ${message}`);
});
