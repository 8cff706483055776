import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attach, makeBundle, plant, pushImage } from '../evidence/testing/attached.ts';
import { loadSigningKey } from '../evidence/keys.ts';
import { createKeySigner } from '../evidence/signer.ts';
import { predicateTypes } from '../evidence/statement.ts';
import { makeStatement } from '../evidence/testing/sample-evidence.ts';
import { digestOf } from '../kernel/digest.ts';
import type { Manifest } from '../registry/contract.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import type { AppHost } from './app-host.ts';
import { generateKeyPair } from './generate-keys.ts';
import { renderVerification, verifyReference, type Verification } from './verify-reference.ts';
import { createTestHost } from './testing/test-host.ts';

let folder: string;
let host: AppHost;
let registry: FaultyRegistry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-verify-'));
  host = createTestHost(folder);
  registry = await startFaultyRegistry();
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** An image with the tag `candidate`, and what the key `seatrial.key` says of it. */
async function shipTested(): Promise<Manifest> {
  await generateKeyPair(host, { prefix: 'seatrial' });
  const key = await loadSigningKey({ SEATRIAL_KEY: 'seatrial.key' }, folder);
  if (key === undefined) throw new Error('no key');
  const repository = registry.open();
  const image = await pushImage(repository);
  await attach(repository, image, [
    {
      bundle: await createKeySigner(key).sign(makeStatement(image.digest)),
      predicateType: predicateTypes.testResult,
      createdAt: '2026-11-24T10:15:30.000Z',
    },
  ]);
  return image;
}

async function verify(
  ref: string,
  proof: { readonly keys?: readonly string[]; readonly policy?: string } = {
    keys: ['seatrial.pub'],
  },
): Promise<Verification> {
  return await verifyReference(host, { ref, proof: { keys: [], ...proof } });
}

test('keys generate says where the keys are and what each is for, and never overwrites: KEY_EXISTS', async () => {
  const text = await generateKeyPair(host, { prefix: 'release' });

  expect(text).toContain('SEATRIAL_KEY=release.key seatrial ci');
  expect(text).toContain('seatrial verify REF --key release.pub');
  expect(text).not.toContain('BEGIN');
  expect((await stat(join(folder, 'release.key'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, 'release.pub'), 'utf8')).toContain('BEGIN PUBLIC KEY');
  await expect(generateKeyPair(host, { prefix: 'release' })).rejects.toMatchObject({
    code: 'KEY_EXISTS',
  });
});

test('an image that was tested holds, by its tag and by its digest', async () => {
  const image = await shipTested();

  for (const ref of [`${registry.host}/app:candidate`, `${registry.host}/app@${image.digest}`]) {
    const verification = await verify(ref);
    expect(verification).toMatchObject({
      ref,
      repository: `${registry.host}/app`,
      digest: image.digest,
      holds: true,
      evidence: [
        {
          type: 'test-result',
          signer: 'key seatrial.pub',
          problem: null,
          result: 'PASSED',
          testedAt: '2026-11-24T10:15:30.000Z',
        },
      ],
      rejected: [],
    });
  }
});

test('the public half of SEATRIAL_KEY is trusted when nobody else is named', async () => {
  await shipTested();
  host = { ...host, env: { SEATRIAL_KEY: 'seatrial.key' } };

  expect((await verify(`${registry.host}/app:candidate`, {})).holds).toBe(true);
});

test('an image that nobody trusted tested does not hold, and the rule says why', async () => {
  await shipTested();
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(join(folder, 'other.pub'), publicKey.export({ type: 'spki', format: 'pem' }));

  const verification = await verify(`${registry.host}/app:candidate`, { keys: ['other.pub'] });

  expect(verification.holds).toBe(false);
  expect(verification.rules[0]).toMatchObject({ rule: 'evidence:test-result', holds: false });
  expect(verification.evidence[0]).toMatchObject({ signer: null });
});

test('a policy decides instead of the keys', async () => {
  await shipTested();
  await writeFile(
    join(folder, 'policy.yaml'),
    'keys: [seatrial.pub]\nsuites: [behaviour, script]\n',
  );

  const verification = await verify(`${registry.host}/app:candidate`, { policy: 'policy.yaml' });

  expect(verification.rules.filter(({ holds }) => !holds)).toEqual([
    { rule: 'suite:script', holds: false, message: 'no case of this suite passed' },
  ]);
});

test('what was planted is shown, with nothing that a terminal would obey', async () => {
  const image = await shipTested();
  await plant(registry.open(), image, { bundle: '\u001b[2J##vso[task.complete]hello' });
  await plant(registry.open(), image, { bundle: (await makeBundle(digestOf('x'))).bundle });

  const verification = await verify(`${registry.host}/app:candidate`);

  const text = renderVerification(host, verification, 'text');
  expect(verification.holds).toBe(true);
  expect(verification.rejected).toHaveLength(2);
  expect(text).toContain('holds a statement about sha256:');
  expect(text).not.toContain('\u001b[2J');
  expect(text).not.toContain('##vso[');
});

test('the text names image, verdict and rules, and JSON has its schema', async () => {
  const image = await shipTested();
  const verification = await verify(`${registry.host}/app:candidate`);

  const text = renderVerification(host, verification, 'text');
  const json: unknown = JSON.parse(renderVerification(host, verification, 'json'));

  expect(text.split('\n').slice(0, 2)).toEqual([
    expect.stringContaining(`${registry.host}/app@${image.digest} holds`),
    expect.stringMatching(/evidence:test-result {2}signed by key seatrial\.pub$/u),
  ]);
  expect(json).toEqual({ schema: 'seatrial.verify/1', ...verification });
});

test.each([
  ['without anybody to trust', 'app:candidate', {}],
  ['without a tag or digest', 'app', { keys: ['seatrial.pub'] }],
  ['of what is no reference', 'App:1', { keys: ['seatrial.pub'] }],
  ['by a policy and keys', 'app:candidate', { keys: ['seatrial.pub'], policy: 'policy.yaml' }],
])('verification %s is a usage error', async (_, name, proof) => {
  await generateKeyPair(host, { prefix: 'seatrial' });

  const verifying = verify(`${registry.host}/${name}`, proof);

  await expect(verifying).rejects.toMatchObject({ code: 'OPTION_INVALID', exitCode: 2 });
});

test('an image that is not there is SUBJECT_UNKNOWN', async () => {
  await shipTested();

  const verifying = verify(`${registry.host}/app:no-such-tag`);

  await expect(verifying).rejects.toMatchObject({ code: 'SUBJECT_UNKNOWN', exitCode: 1 });
});

test('a registry that cannot be reached is the environment, and no verdict', async () => {
  await shipTested();

  const verifying = verify('127.0.0.1:1/app:1');

  await expect(verifying).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE', exitCode: 3 });
});
