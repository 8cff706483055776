import { expect, test } from 'vitest';
import { parseChallenges } from './challenges.ts';

test.each([
  ['', []],
  ['Basic', [{ scheme: 'basic', parameters: {} }]],
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="a:b:pull,push"',
    [
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'a:b:pull,push',
        },
      },
    ],
  ],
  [
    'Basic realm="a, b=\\"c\\"", BEARER Realm = x , service=y',
    [
      { scheme: 'basic', parameters: { realm: 'a, b="c"' } },
      { scheme: 'bearer', parameters: { realm: 'x', service: 'y' } },
    ],
  ],
  [
    'Negotiate, Basic realm=""',
    [
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: '' } },
    ],
  ],
  ['"nonsense"', []],
])('%s', (header, expected) => {
  expect(parseChallenges(header)).toEqual(expected);
});

test('a header of a megabyte is read in linear time', () => {
  const startedAt = performance.now();

  parseChallenges(`Bearer ${'a="\\'.repeat(250_000)}`);

  expect(performance.now() - startedAt).toBeLessThan(2000);
});
