import { expect, test } from 'vitest';
import { compareInputs } from '../kernel/content-key.ts';
import { buildKey, type BuildInputs } from './build-key.ts';

const INPUTS: BuildInputs = {
  dockerfileCanonical: 'FROM scratch',
  context: { inputs: { context: 'sha256:1', 'context:a': '1' } },
  args: { VERSION: '1' },
  target: 'final',
  platform: 'linux/amd64',
  parents: { base: 'sha256:b' },
  labels: { who: 'me' },
};

test('equal inputs give an equal key, whatever their order', () => {
  const swapped = { ...INPUTS, args: { B: '2', A: '1' } };
  const same = { ...INPUTS, args: { A: '1', B: '2' } };

  expect(buildKey(swapped)).toEqual(buildKey(same));
});

test.each([
  ['dockerfile', { dockerfileCanonical: 'FROM scratch\nLABEL a=b' }],
  ['context', { context: { inputs: { ...INPUTS.context.inputs, context: 'sha256:2' } } }],
  ['arg:VERSION', { args: { VERSION: '2' } }],
  ['arg:NEW', { args: { ...INPUTS.args, NEW: '' } }],
  ['target', { target: 'other' }],
  ['target', { target: undefined }],
  ['platform', { platform: 'linux/arm64' }],
  ['parent:base', { parents: { base: 'sha256:c' } }],
  ['label:who', { labels: { who: 'you' } }],
] as const)('another %s is another key, and has that name', (name, change) => {
  const [before, after] = [buildKey(INPUTS), buildKey({ ...INPUTS, ...change })];

  expect(after.digest).not.toBe(before.digest);
  expect(compareInputs(before.inputs, after.inputs).map(({ input }) => input)).toEqual([name]);
});

test('a secret-looking or long value decides, but is not written down', () => {
  const { inputs } = buildKey({
    ...INPUTS,
    args: { NPM_TOKEN: 'hunter22', LIST: 'long '.repeat(40), VERSION: '1' },
  });

  expect(inputs['arg:NPM_TOKEN']).toMatch(/^sha256:/u);
  expect(inputs['arg:LIST']).toMatch(/^sha256:/u);
  expect(inputs['arg:VERSION']).toBe('1');
});
