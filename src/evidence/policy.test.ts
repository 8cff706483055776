import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateKeys } from './keys.ts';
import { defaultRules, loadPolicy } from './policy.ts';

async function policyFolder(
  files: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'seatrial-policy-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return {
    path,
    [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }),
  };
}

describe('a policy file', () => {
  test('is read with the keys it names, relative to itself', async () => {
    await using folder = await policyFolder({
      'policy.yaml': `
keys: [release.pub]
require: [test-result, provenance, 'https://example.com/review']
suites: [behaviour]
warnings: refuse
untested: refuse
max_age: 30d
bases: [debian, 'registry.example/base/*']
`,
    });
    const { hint } = await generateKeys(join(folder.path, 'release'));

    const policy = await loadPolicy(join(folder.path, 'policy.yaml'), '/');

    expect(policy.trust.keys).toMatchObject([{ name: 'release.pub', hint }]);
    expect(policy.rules).toEqual({
      require: [
        'https://in-toto.io/attestation/test-result/v0.1',
        'https://slsa.dev/provenance/v1',
        'https://example.com/review',
      ],
      suites: ['behaviour'],
      warnings: 'refuse',
      untested: 'refuse',
      max_age: 30 * 86_400_000,
      bases: ['debian', 'registry.example/base/*'],
    });
  });

  test('that says nothing asks for a test result', () => {
    expect(defaultRules()).toMatchObject({
      require: ['https://in-toto.io/attestation/test-result/v0.1'],
      suites: [],
      warnings: 'allow',
    });
  });

  test.each([
    ['a misspelt rule', 'suite: [behaviour]', 'suites'],
    ['a kind that is none', 'require: [test-results]', 'is neither one of'],
    ['no kind at all', 'require: []', 'require'],
    ['an age that is none', 'max_age: 30 days', 'is no age'],
    ['an age of nothing', 'max_age: 0d', 'is no age'],
    ['a base that is no reference', 'bases: [Debian]', 'upper-case'],
    ['an identity without a root', 'identities: [{issuer: a, subject: b}]', 'trusted_root'],
  ])('with %s is refused with its place', async (_, text, problem) => {
    await using folder = await policyFolder({ 'policy.yaml': text });

    const loading = loadPolicy('policy.yaml', folder.path);

    await expect(loading).rejects.toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 });
    await expect(loading).rejects.toThrow('policy.yaml:1:');
    await expect(loading).rejects.toThrow(problem);
  });

  test('that is an alias bomb or no YAML is refused', async () => {
    const bomb = Array.from({ length: 12 }, (_, level) => {
      const inner = level === 0 ? 'x' : `*a${level - 1}`;
      return `a${level}: &a${level} [${Array.from({ length: 9 }, () => inner).join()}]`;
    });
    await using folder = await policyFolder({ 'bomb.yaml': bomb.join('\n'), 'no.yaml': 'keys: [' });

    for (const name of ['bomb.yaml', 'no.yaml'])
      await expect(loadPolicy(name, folder.path)).rejects.toMatchObject({ code: 'CONFIG_SYNTAX' });
  });

  test('that is not there, or no file, is said to', async () => {
    await using folder = await policyFolder();

    await expect(loadPolicy('no.yaml', folder.path)).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
    });
    await expect(loadPolicy('.', folder.path)).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' });
  });

  test('that names a key that is none is KEY_INVALID', async () => {
    await using folder = await policyFolder({ 'policy.yaml': 'keys: [no.pub]' });

    await expect(loadPolicy('policy.yaml', folder.path)).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
  });

  test.each([
    ['no JSON', '{'],
    ['no root', '[]'],
    ['a root without authorities', '{"mediaType":"x"}'],
  ])('that names %s as its trusted root is KEY_INVALID', async (_, text) => {
    await using folder = await policyFolder({
      'policy.yaml': 'identities: [{issuer: a, subject: b, trusted_root: root.json}]',
      'root.json': text,
    });

    const loading = loadPolicy('policy.yaml', folder.path);

    await expect(loading).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(loading).rejects.toThrow('root.json is no trusted root');
  });
});
