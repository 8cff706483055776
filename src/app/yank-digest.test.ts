import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateKeys, loadSigningKey } from '../evidence/keys.ts';
import { createKeySigner } from '../evidence/signer.ts';
import { attach } from '../evidence/testing/attached.ts';
import { makeStatement } from '../evidence/testing/sample-evidence.ts';
import { predicateTypes } from '../evidence/statement.ts';
import type { Repository } from '../registry/contract.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { pushRelease, type SampleRelease } from '../ship/testing/promotions.ts';
import type { AppHost } from './app-host.ts';
import { promoteReference } from './promote-digest.ts';
import { verifyReference } from './verify-reference.ts';
import { renderYanked, yankReference } from './yank-digest.ts';
import { createTestHost } from './testing/test-host.ts';

const LONG_AGO = '2026-01-01T00:00:00.000Z';

let registry: FaultyRegistry;
let repository: Repository;
let folder: string;
let host: AppHost;
let name: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-yank-'));
  registry = await startFaultyRegistry();
  repository = registry.open();
  name = repository.address.repository;
  host = createTestHost(folder, { SEATRIAL_KEY: 'ours.key' });
  await generateKeys(join(folder, 'ours'));
});

afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function pushTested(): Promise<SampleRelease> {
  const release = await pushRelease(repository, LONG_AGO);
  const signing = await loadSigningKey(host.env, folder);
  if (signing === undefined) throw new Error('there is no key');
  await attach(repository, release.manifest, [
    {
      bundle: await createKeySigner(signing).sign(makeStatement(release.digest)),
      predicateType: predicateTypes.testResult,
      createdAt: LONG_AGO,
    },
  ]);
  return release;
}

const trusted = { keys: ['ours.pub'] };

test('an image that is taken back neither verifies nor is promoted, and its tags are named', async () => {
  const { digest } = await pushTested();
  const ref = `${name}@${digest}`;
  await promoteReference(host, {
    ref,
    to: ['1.2.3', 'latest'],
    proof: trusted,
    mayGoBack: false,
    isDryRun: false,
  });
  const before = await verifyReference(host, { ref, proof: trusted });

  const yanked = await yankReference(host, { ref: `${name}:latest`, reason: 'CVE-2026-1' });

  const after = await verifyReference(host, { ref, proof: trusted });
  expect(before.holds).toBe(true);
  expect(after.holds).toBe(false);
  const withdrawn = after.rules.find(({ rule }) => rule === 'not-withdrawn');
  expect(withdrawn?.holds).toBe(false);
  expect(withdrawn?.message).toMatch(/says that it FAILED.*yank\/CVE-2026-1/u);
  expect(yanked).toMatchObject({ repository: name, digest, reason: 'CVE-2026-1' });
  expect([...yanked.tags].sort()).toEqual(['1.2.3', 'latest']);
  expect(after.evidence.map(({ attestation }) => attestation)).toContain(yanked.attestation);
  await expect(
    promoteReference(host, {
      ref,
      to: ['stable'],
      proof: trusted,
      mayGoBack: false,
      isDryRun: false,
    }),
  ).rejects.toThrow(expect.objectContaining({ code: 'DIGEST_UNPROVEN' }));
  expect((await repository.manifests.read('latest'))?.digest).toBe(digest);
});

test('says what it did, for people and for programs, and announces it in a log first', async () => {
  const { digest } = await pushTested();

  const yanked = await yankReference(host, { ref: `${name}@${digest}`, reason: 'loses\nsessions' });

  const [first = ''] = renderYanked(yanked, 'text').split('\n');
  expect(first).toMatch(/is taken back: loses.*sessions$/u);
  expect(JSON.parse(renderYanked(yanked, 'json'))).toMatchObject({
    schema: 'seatrial.yank/1',
    digest,
    attestation: yanked.attestation,
    tags: [],
  });
  const [run = ''] = await readdir(join(folder, '.seatrial', 'runs'));
  const events = await readFile(join(folder, '.seatrial', 'runs', run, 'events.jsonl'), 'utf8');
  expect(events).toMatch(/"effect\.intent".*\n.*"effect\.done"/u);
});

test('without a key, a reason, a digest or the image nothing is signed', async () => {
  const { digest } = await pushTested();
  const ref = `${name}@${digest}`;
  const sent = registry.requests.length;

  await expect(yankReference({ ...host, env: {} }, { ref, reason: 'CVE-2026-1' })).rejects.toThrow(
    'nobody is here to sign',
  );
  await expect(yankReference(host, { ref, reason: ' ' })).rejects.toThrow('one to 200 characters');
  await expect(yankReference(host, { ref, reason: 'x'.repeat(201) })).rejects.toThrow('not 201');
  await expect(yankReference(host, { ref: name, reason: 'x' })).rejects.toThrow('neither a digest');
  await expect(yankReference(host, { ref: `${name}:gone`, reason: 'x' })).rejects.toThrow(
    expect.objectContaining({ code: 'SUBJECT_UNKNOWN' }),
  );
  expect(registry.requests.slice(sent).filter(({ method }) => method === 'PUT')).toEqual([]);
});

test('a registry that refuses the statement is told, and the image stays as good as it was', async () => {
  const { digest } = await pushTested();
  const ref = `${name}@${digest}`;
  registry.faults.set([{ on: 'manifest.put', action: { kind: 'status', status: 403 } }]);

  const refused = yankReference(host, { ref, reason: 'CVE-2026-1' });

  await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'REGISTRY_DENIED' }));
  const { holds } = await verifyReference(host, { ref, proof: trusted });
  expect(holds).toBe(true);
});
