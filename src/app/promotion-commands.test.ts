import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateKeys, loadSigningKey } from '../evidence/keys.ts';
import { createKeySigner } from '../evidence/signer.ts';
import { attach } from '../evidence/testing/attached.ts';
import { makeStatement } from '../evidence/testing/sample-evidence.ts';
import { predicateTypes } from '../evidence/statement.ts';
import { systemClock } from '../host/clock.ts';
import type { Repository } from '../registry/contract.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { listsVerification } from '../ship/lists-verification.ts';
import { pushRelease, type SampleRelease } from '../ship/testing/promotions.ts';
import type { AppHost } from './app-host.ts';
import { findRepositoryDrift, hasDrifted, renderDrift } from './find-drift.ts';
import { promoteReference, renderMoved, type PromoteRequest } from './promote-digest.ts';
import { rollBackTag } from './roll-back.ts';
import { renderHistory, showHistory } from './show-history.ts';
import { renderVerification, verifyReference } from './verify-reference.ts';

const OLD = '2026-01-01T00:00:00.000Z';
const NEW = '2026-02-02T00:00:00.000Z';

let registry: FaultyRegistry;
let repository: Repository;
let folder: string;
let host: AppHost;
let name: string;
let stderr: PassThrough;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-promotion-'));
  registry = await startFaultyRegistry();
  repository = registry.open();
  name = repository.address.repository;
  stderr = new PassThrough();
  host = {
    env: {},
    cwd: folder,
    clock: systemClock,
    stdout: new PassThrough(),
    stderr,
    signal: new AbortController().signal,
    version: '0.0.0',
  };
  await generateKeys(join(folder, 'ours'));
  await generateKeys(join(folder, 'theirs'));
});

afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Pushes an image as another machine would that tested it, with its signed result. */
async function pushTested(committedAt: string, key = 'ours.key'): Promise<SampleRelease> {
  const release = await pushRelease(repository, committedAt);
  const signing = await loadSigningKey({ SEATRIAL_KEY: key }, folder);
  if (signing === undefined) throw new Error('there is no key');
  await attach(repository, release.manifest, [
    {
      bundle: await createKeySigner(signing).sign(makeStatement(release.digest)),
      predicateType: predicateTypes.testResult,
      createdAt: committedAt,
    },
  ]);
  return release;
}

function asked(release: SampleRelease, changes: Partial<PromoteRequest> = {}): PromoteRequest {
  return {
    ref: `${name}@${release.digest}`,
    to: ['latest'],
    proof: { keys: ['ours.pub'] },
    mayGoBack: false,
    isDryRun: false,
    ...changes,
  };
}

async function said(): Promise<string> {
  stderr.end();
  return await text(stderr);
}

test('what another machine tested and signed is promoted with nothing but its public key', async () => {
  const release = await pushTested(OLD);

  const moved = await promoteReference(host, asked(release, { to: ['1.2.3', '1.2', 'latest'] }));

  expect(renderMoved(moved, 'text')).toContain('moved 1.2.3, new');
  expect(JSON.parse(renderMoved(moved, 'json'))).toMatchObject({
    schema: 'seatrial.promote/1',
    repository: name,
    digest: release.digest,
    kept: [],
    superseded: [],
  });
  expect((await repository.manifests.read('latest'))?.digest).toBe(release.digest);
  const [run = ''] = await readdir(join(folder, '.seatrial', 'runs'));
  const events = await readFile(join(folder, '.seatrial', 'runs', run, 'events.jsonl'), 'utf8');
  expect(events.match(/"effect\.(?:intent|done)"/gu)).toHaveLength(8);
  expect(events).toContain('"type":"run.finished","outcome":"passed"');
});

test('without evidence, with that of another digest, by another key or without any key it is refused: DIGEST_UNPROVEN', async () => {
  const bare = await pushRelease(repository, OLD);
  const byOthers = await pushTested(OLD, 'theirs.key');
  const ours = await pushTested(OLD);
  const borrowed = await pushRelease(repository, NEW);
  const signing = await loadSigningKey({ SEATRIAL_KEY: 'ours.key' }, folder);
  if (signing !== undefined)
    await attach(repository, borrowed.manifest, [
      {
        bundle: await createKeySigner(signing).sign(makeStatement(ours.digest)),
        predicateType: predicateTypes.testResult,
        createdAt: OLD,
      },
    ]);
  const cases: readonly [PromoteRequest, RegExp][] = [
    [asked(bare), /breaks the rule `evidence:test-result`: there is none about this digest/u],
    [asked(borrowed), new RegExp(`holds a statement about ${ours.digest}`, 'u')],
    [asked(byOthers), /`evidence:test-result`: .+none of the trusted keys/u],
    [asked(ours, { proof: { keys: [] } }), /`trust`: nobody is trusted: give `--key`/u],
  ];

  for (const [request, message] of cases) {
    const promoting = promoteReference(host, request);
    await expect(promoting).rejects.toMatchObject({ code: 'DIGEST_UNPROVEN', exitCode: 1 });
    await expect(promoting).rejects.toThrow(message);
  }

  expect(await repository.manifests.read('latest')).toBeUndefined();
  const runs = await readdir(join(folder, '.seatrial', 'runs'));
  expect(runs).toHaveLength(cases.length);
});

test('the key of the environment, and a policy, say who is trusted', async () => {
  const release = await pushTested(OLD);
  await writeFile(join(folder, 'policy.yaml'), 'keys: [ours.pub]\nsuites: [behaviour]\n');
  await writeFile(join(folder, 'strict.yaml'), 'keys: [ours.pub]\nsuites: [weather]\n');

  await promoteReference(
    { ...host, env: { SEATRIAL_KEY: 'ours.key' } },
    asked(release, { proof: { keys: [] } }),
  );
  await promoteReference(host, asked(release, { proof: { policy: 'policy.yaml', keys: [] } }));
  const strict = promoteReference(
    host,
    asked(release, { proof: { policy: 'strict.yaml', keys: [] } }),
  );

  await expect(strict).rejects.toThrow(/`suite:weather`/u);
});

test('whoever promotes with a key signs what was found, and a deployer needs no more than that', async () => {
  const release = await pushTested(OLD);
  const promoter = { ...host, env: { SEATRIAL_KEY: 'theirs.key' } };
  await writeFile(join(folder, 'deploy.yaml'), 'keys: [theirs.pub]\nverified: {}\n');
  const ref = `${name}@${release.digest}`;
  const policy = { ref, proof: { policy: 'deploy.yaml', keys: [] } };

  const before = await verifyReference(host, policy);
  await promoteReference(promoter, asked(release, { isDryRun: true }));
  const dry = await verifyReference(host, policy);
  await promoteReference(promoter, asked(release));
  const after = await verifyReference(host, policy);

  expect([before.holds, dry.holds, after.holds]).toEqual([false, false, true]);
  expect(after.evidence).toContainEqual(
    expect.objectContaining({
      type: 'verification-result',
      signer: 'key theirs.pub',
      verifier: 'urn:seatrial:verifier:v1',
      properties: ['SEATRIAL_TESTED', 'SEATRIAL_NO_WARNINGS', 'SEATRIAL_SUITE_BEHAVIOUR'],
    }),
  );
  expect(renderVerification(host, after, 'text')).toMatch(/verification-result .+, verified at /u);
});

test('what was forced is not said to be verified', async () => {
  const [old, release] = [await pushRelease(repository, OLD), await pushTested(NEW)];
  await repository.manifests.put({ ...old.manifest, reference: 'latest' });
  await promoteReference(host, asked(release));

  await rollBackTag(
    { ...host, env: { SEATRIAL_KEY: 'ours.key' } },
    { ...rollback, ref: `${name}:latest`, to: '-1', isForced: true, reason: 'a fire' },
  );

  expect((await repository.manifests.read('latest'))?.digest).toBe(old.digest);
  expect(await listsVerification(repository, old.digest)).toBe(false);
});

test('a tag of a newer commit stays, and that is no failure', async () => {
  const [old, release] = [await pushTested(OLD), await pushTested(NEW)];
  await promoteReference(host, asked(release));

  const moved = await promoteReference(host, asked(old));

  expect(moved).toMatchObject({ moved: [], superseded: [{ tag: 'latest' }] });
  expect(renderMoved(moved, 'text')).toMatch(/^not moved latest, which is at .+ newer commit/mu);
});

test('a dry run says what would happen, and writes nothing', async () => {
  const [old, release] = [await pushTested(OLD), await pushTested(NEW)];
  await promoteReference(host, asked(old, { to: ['1.2.3', 'latest'] }));
  const written = registry.requests.filter(({ method }) => method === 'PUT').length;

  const moved = await promoteReference(
    host,
    asked(release, { to: ['1.2.4', 'latest'], isDryRun: true }),
  );
  const refused = promoteReference(host, asked(release, { to: ['1.2.3'], isDryRun: true }));

  expect(renderMoved(moved, 'text')).toMatch(/^would move 1\.2\.4, new\nwould move latest, was /mu);
  await expect(refused).rejects.toMatchObject({ code: 'TAG_IMMUTABLE_CONFLICT' });
  expect(registry.requests.filter(({ method }) => method === 'PUT')).toHaveLength(written);
});

test('what had moved is said when a promotion fails in the middle', async () => {
  const release = await pushTested(OLD);
  // The record, then `1.2`; then `latest` is refused, and so is every removal.
  registry.faults.set([
    { on: 'manifest.put', action: { kind: 'status', status: 403 }, after: 2 },
    { on: 'manifest.delete', action: { kind: 'status', status: 405 } },
  ]);

  const promoting = promoteReference(host, asked(release, { to: ['1.2', 'latest'] }));

  await expect(promoting).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
  expect(await said()).toMatch(/app:1\.2 stays at sha256:/u);
});

test('history, rollback and drift of one repository', async () => {
  const [old, release] = [await pushTested(OLD), await pushTested(NEW)];
  await promoteReference(host, asked(old));
  await promoteReference(host, asked(release));
  const proof = { keys: ['ours.pub'] };

  const rolled = await rollBackTag(host, {
    ref: `${name}:latest`,
    to: '-1',
    proof,
    reason: 'it burns',
    isForced: false,
  });
  const history = await showHistory(host, name);
  const clean = await findRepositoryDrift(host, { ref: name, proof });
  const foreign = await pushRelease(repository, NEW);
  await repository.manifests.put({ ...foreign.manifest, reference: 'latest' });
  const drifted = await findRepositoryDrift(host, { ref: name, proof: { keys: [] } });

  expect(rolled.digest).toBe(old.digest);
  expect(renderHistory(history, 'text')).toMatch(
    /^latest  .+\n  .+  rolled back by .+, because: it burns\n/u,
  );
  expect(JSON.parse(renderHistory(history, 'json'))).toMatchObject({
    schema: 'seatrial.history/1',
    tags: [{ tag: 'latest', digest: old.digest, moves: [{}, {}, { kind: 'rollback' }] }],
  });
  expect(hasDrifted(clean)).toBe(false);
  expect(renderDrift(clean, 'text')).toContain('All 1 tags');
  expect(hasDrifted(drifted)).toBe(true);
  expect(renderDrift(drifted, 'text')).toMatch(/^latest .+\n  foreign: somebody moved it after/u);
  expect(renderDrift(drifted, 'text')).toContain('Evidence was not judged');
  expect(JSON.parse(renderDrift(drifted, 'json'))).toMatchObject({
    schema: 'seatrial.drift/1',
    isEvidenceJudged: false,
    tags: [{ findings: [{ kind: 'foreign' }] }],
  });
});

test('the history of a tag that somebody else moved is found again by what this folder knows', async () => {
  const release = await pushTested(OLD);
  const foreign = await pushRelease(repository, NEW);
  await promoteReference(host, asked(release));
  await repository.manifests.put({ ...foreign.manifest, reference: 'latest' });

  const here = await showHistory(host, `${name}:latest`);
  const elsewhere = await showHistory({ ...host, cwd: tmpdir() }, `${name}:latest`);

  expect(here.tags[0]).toMatchObject({ isExplained: false, moves: [{ state: 'overwritten' }] });
  expect(renderHistory(here, 'text')).toContain('moved by somebody else');
  expect(elsewhere.tags[0]).toMatchObject({ isExplained: false, moves: [] });
});

test.each<[string, (given: AppHost) => Promise<unknown>, string]>([
  [
    'a reference without digest and tag',
    async (given) => await promoteReference(given, { ...plain, ref: 'localhost:1/app' }),
    'neither a digest nor a tag',
  ],
  [
    'a reference that is none',
    async (given) => await promoteReference(given, { ...plain, ref: 'Not/One' }),
    'upper-case',
  ],
  [
    'a tag that is none',
    async (given) => await promoteReference(given, { ...plain, to: ['not a tag'] }),
    'no valid tag',
  ],
  [
    'a tag that keeps a digest',
    async (given) => await promoteReference(given, { ...plain, to: ['keep-0123456789ab'] }),
    'no release',
  ],
  [
    'a policy and a key',
    async (given) =>
      await promoteReference(given, { ...plain, proof: { policy: 'p.yaml', keys: ['k.pub'] } }),
    'exclude each other',
  ],
  [
    'a rollback without a tag',
    async (given) => await rollBackTag(given, { ...rollback, ref: 'localhost:1/app' }),
    'one tag',
  ],
  [
    'a rollback to nowhere',
    async (given) => await rollBackTag(given, { ...rollback, to: 'yesterday' }),
    '-1 for the release before',
  ],
  [
    'force without a reason',
    async (given) => await rollBackTag(given, { ...rollback, isForced: true }),
    '--reason',
  ],
])('%s is OPTION_INVALID', async (_, act, message) => {
  const acting = act(host);

  await expect(acting).rejects.toMatchObject({ code: 'OPTION_INVALID', exitCode: 2 });
  await expect(acting).rejects.toThrow(message);
});

const plain: PromoteRequest = {
  ref: 'localhost:1/app:edge',
  to: ['latest'],
  proof: { keys: [] },
  mayGoBack: false,
  isDryRun: false,
};
const rollback = { ref: 'localhost:1/app:latest', to: '-1', proof: { keys: [] }, isForced: false };
