import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attachBundles } from '../evidence/attach.ts';
import { collectBundles, type CollectedBundle } from '../evidence/collect.ts';
import { isTrusted, judgeSignatures, trustedResults } from '../evidence/judged-evidence.ts';
import { basesOf } from '../evidence/provenance.ts';
import { predicateTypes, renderStatement } from '../evidence/statement.ts';
import { makeSigner } from '../evidence/testing/sample-evidence.ts';
import type { StatementSigner } from '../evidence/signer.ts';
import { hexOf, isDigest, type Digest } from '../kernel/digest.ts';
import { OCI_INDEX } from '../registry/media-types.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { startCncfRegistry } from '../registry/testing/cncf-registry.ts';
import { startFaultyRegistry } from '../registry/testing/faulty-registry.ts';
import type { StepResult } from './run-context.ts';
import {
  openPipelineBench,
  uniqueImage,
  type BenchRun,
  type PipelineBench,
} from './testing/pipeline-bench.ts';

const DOCKERFILE = `FROM scratch AS programs
COPY busybox /bin/
FROM scratch
COPY --from=programs /bin /bin
COPY status /var/lib/dpkg/status
ARG API_TOKEN
CMD ["/bin/busybox", "true"]
`;
const STATUS = 'Package: busybox-static\nStatus: install ok installed\nVersion: 1:1.35.0-4\n';

async function openBench(host: string): Promise<PipelineBench> {
  const bench = await openPipelineBench({
    Dockerfile: DOCKERFILE,
    status: STATUS,
    'pass.sh': '#!/bin/sh\nexit 0\n',
  });
  await bench.write(
    'seatrial.yaml',
    `registry: ${host}
default_branch: main
images:
  ${uniqueImage(bench)}:
    args: { API_TOKEN: hunter2 }
    suites: { behaviour: false, script: pass.sh }
    ship: { repository: app, tags: ['{build}'] }
`,
  );
  return bench;
}

function shipped(run: BenchRun): StepResult | undefined {
  return [...run.results].find(([id]) => id.startsWith('ship:'))?.[1];
}

function digestOfRun(run: BenchRun): Digest {
  const digest = shipped(run)?.digest ?? '';
  if (isDigest(digest)) return digest;
  throw new Error(`nothing shipped: ${JSON.stringify(shipped(run))}`);
}

async function runAs(
  bench: PipelineBench,
  signer: StatementSigner | undefined,
  changes: { readonly build?: string } = {},
): Promise<BenchRun> {
  return await bench.run('ship', {
    signer,
    ci: {
      provider: 'local',
      isFork: false,
      branch: 'main',
      buildNumber: changes.build ?? '1',
      commit: 'c'.repeat(40),
      source: 'https://git.example/me/app',
    },
  });
}

async function bundlesOf(host: string, digest: Digest): Promise<readonly CollectedBundle[]> {
  await using repository = openRepository({ repository: `${host}/app`, env: {} });
  const { bundles, rejected } = await collectBundles(repository, digest);
  expect(rejected).toEqual([]);
  return bundles;
}

function typesOf(bundles: readonly CollectedBundle[]): readonly string[] {
  return bundles.map(({ statement }) => statement.predicateType).toSorted();
}

const allTypes = Object.values(predicateTypes).toSorted();

/** What was said before tags moved. What is said once they have is left out. */
async function evidenceOf(host: string, digest: Digest): Promise<readonly CollectedBundle[]> {
  return (await bundlesOf(host, digest)).filter((bundle) => !isVerification(bundle));
}

function isVerification({ statement }: CollectedBundle): boolean {
  return statement.predicateType === predicateTypes.verification;
}

test.each([
  ['the embedded registry', startFaultyRegistry],
  ['CNCF Distribution', startCncfRegistry],
])(
  'on %s a run with a key says under the digest what it tested, from what it built, and what is in it',
  async (_, start) => {
    await using registry = await start();
    await using bench = await openBench(registry.host);
    const signer = await makeSigner();

    const run = await runAs(bench, signer);

    const digest = digestOfRun(run);
    const bundles = await bundlesOf(registry.host, digest);
    const judged = judgeSignatures({ bundles, rejected: [] }, signer.trust);
    const predicateOf = (type: string): unknown =>
      bundles.find(({ statement }) => statement.predicateType === type)?.statement.predicate;
    expect(shipped(run)).toMatchObject({ outcome: 'passed' });
    expect(typesOf(bundles)).toEqual(allTypes);
    expect(judged.every(isTrusted)).toBe(true);
    expect(trustedResults(judged)).toMatchObject([
      { result: { result: 'PASSED', passedTests: ['script/pass.sh'] } },
    ]);
    expect(predicateOf(predicateTypes.provenance)).toMatchObject({
      buildDefinition: {
        externalParameters: { dockerfile: 'Dockerfile', args: { API_TOKEN: '***' } },
        resolvedDependencies: [
          { uri: 'git+https://git.example/me/app@main', digest: { gitCommit: 'c'.repeat(40) } },
        ],
      },
    });
    expect(basesOf(predicateOf(predicateTypes.provenance))).toEqual([]);
    expect(predicateOf(predicateTypes.verification)).toMatchObject({
      verifier: { policies: [{ name: 'test-plan', digest: {} }] },
      properties: [
        'SEATRIAL_TESTED',
        'SEATRIAL_NO_WARNINGS',
        'SEATRIAL_SUITE_SCRIPT',
        'SEATRIAL_PROVENANCE',
        'SEATRIAL_SBOM',
      ],
      seatrialPromotion: { commit: 'c'.repeat(40), tags: [{ tag: '1', from: null }] },
    });
    expect(predicateOf(predicateTypes.sbom)).toMatchObject({
      components: [{ purl: 'pkg:deb/debian/busybox-static@1:1.35.0-4' }],
    });
  },
);

test('evidence is announced, attached and verified before the first tag moves', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openBench(registry.host);

  const run = await runAs(bench, await makeSigner());

  const effects = run.events.flatMap((event) =>
    event.type === 'effect.intent' || event.type === 'effect.done'
      ? [`${event.type} ${event.effect}`]
      : [],
  );
  expect(effects.slice(0, 2)).toEqual(['effect.intent attest', 'effect.done attest']);
  expect(effects.indexOf('effect.intent tag')).toBeGreaterThan(1);
});

test('the same digest under another tag needs no other evidence', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openBench(registry.host);
  const signer = await makeSigner();

  const first = await runAs(bench, signer);
  const second = await runAs(bench, signer, { build: '2' });

  expect(shipped(second)).toMatchObject({ outcome: 'passed', digest: digestOfRun(first) });
  expect(await evidenceOf(registry.host, digestOfRun(first))).toHaveLength(3);
});

test('the word of another key does not count, and a run with that key says it again', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openBench(registry.host);

  const first = await runAs(bench, await makeSigner());
  const second = await runAs(bench, await makeSigner(), { build: '2' });

  expect(shipped(second)?.outcome).toBe('passed');
  expect(await evidenceOf(registry.host, digestOfRun(first))).toHaveLength(6);
});

test('a run that dies between signing and attaching attaches the same bytes the next time', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openBench(registry.host);
  const signer = await makeSigner();
  // The candidate gets through, its evidence does not.
  registry.faults.set([
    { on: 'manifest.put', action: { kind: 'status', status: 403 }, after: 1, times: 1 },
  ]);

  const failed = await runAs(bench, signer);
  const signed = await keptFiles(bench);
  registry.faults.set([]);
  const passed = await runAs(bench, signer);

  const bundles = await evidenceOf(registry.host, digestOfRun(passed));
  expect(shipped(failed)?.error?.code).toBe('REGISTRY_DENIED');
  expect(signed).toHaveLength(3);
  expect(bundles.map(({ json }) => JSON.stringify(json)).toSorted()).toEqual(signed);
});

async function keptFiles(bench: PipelineBench): Promise<readonly string[]> {
  const folder = join(bench.folder, '.seatrial/evidence');
  const names = await readdir(folder, { recursive: true });
  const bundles = names.filter((name) => name.endsWith('.sigstore.json'));
  const texts = await Promise.all(
    bundles.map(async (name) => await readFile(join(folder, name), 'utf8')),
  );
  return texts.toSorted();
}

test('a run that dies between evidence and tags, or when the tags have moved, leaves one set of evidence in the end', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openBench(registry.host);
  const signer = await makeSigner();
  // Candidate, three attestations; then the record of the promotion.
  registry.faults.set([{ on: 'manifest.put', action: { kind: 'status', status: 500 }, after: 4 }]);

  const failed = await runAs(bench, signer);
  // The record and the tag; then what is said at the end.
  registry.faults.set([
    { on: 'manifest.put', action: { kind: 'status', status: 403 }, after: 2, times: 1 },
  ]);
  const passed = await runAs(bench, signer);
  registry.faults.set([]);
  const digest = digestOfRun(passed);
  const before = await bundlesOf(registry.host, digest);
  const again = await runAs(bench, signer);

  expect(shipped(failed)?.outcome).not.toBe('passed');
  // Its tags have moved: that is said, though it failed to say the rest.
  expect(shipped(passed)).toMatchObject({ outcome: 'lost', moved: [`${registry.host}/app:1`] });
  expect(before.filter(isVerification)).toEqual([]);
  expect(before).toHaveLength(3);
  expect(shipped(again)).toMatchObject({ outcome: 'cached', moved: [] });
  expect(typesOf(await bundlesOf(registry.host, digest))).toEqual(allTypes);
}, 300_000);

test('evidence that the registry alters is refused, and no tag moves', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openBench(registry.host);
  registry.faults.set([{ on: 'blob.get', action: { kind: 'corrupt' } }]);

  const run = await runAs(bench, await makeSigner());

  expect(shipped(run)?.error).toMatchObject({ code: 'EVIDENCE_REFUSED' });
  expect(run.exitCode).toBe(1);
  expect(await registry.open().tags.list()).toEqual([]);
});

test('evidence that the registry forgets to list is EVIDENCE_LOST, and no tag moves', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openBench(registry.host);
  const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
  const headers = { 'Content-Type': OCI_INDEX };
  // Listed when it was attached, and no more when it is looked for.
  registry.faults.set([
    {
      on: 'referrers.list',
      action: { kind: 'status', status: 200, body, headers },
      after: 2,
    },
  ]);

  const run = await runAs(bench, await makeSigner());

  expect(shipped(run)?.error).toMatchObject({ code: 'EVIDENCE_LOST' });
  expect(await registry.open().tags.list()).toEqual([]);
});

test('an image that was taken back ships again only after it was tested anew', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openBench(registry.host);
  const signer = await makeSigner();
  const first = await runAs(bench, signer);
  await takeBack(registry.open(), digestOfRun(first), signer);

  const refused = await runAs(bench, signer, { build: '2' });
  await bench.write('pass.sh', '#!/bin/sh\necho better\n');
  const tested = await runAs(bench, signer, { build: '3' });

  expect(shipped(refused)?.error).toMatchObject({ code: 'EVIDENCE_REFUSED' });
  expect(shipped(refused)?.error?.message).toContain('yank/CVE-2026-1');
  expect(shipped(tested)).toMatchObject({ outcome: 'passed', digest: digestOfRun(first) });
});

async function takeBack(
  repository: ReturnType<Awaited<ReturnType<typeof startFaultyRegistry>>['open']>,
  digest: Digest,
  signer: StatementSigner,
): Promise<void> {
  const manifest = await repository.manifests.read(digest);
  const testedAt = new Date().toISOString();
  const statement = renderStatement({
    subject: { name: 'app', digest },
    predicateType: predicateTypes.testResult,
    predicate: {
      result: 'FAILED',
      configuration: [{ name: 'run', uri: 'urn:x', annotations: { testedAt } }],
      failedTests: ['yank/CVE-2026-1'],
    },
  });
  await attachBundles({
    repository,
    subject: { mediaType: manifest?.mediaType ?? '', digest, size: manifest?.bytes.length ?? 0 },
    bundles: [
      {
        bundle: await signer.sign(statement),
        predicateType: predicateTypes.testResult,
        createdAt: testedAt,
      },
    ],
    signal: new AbortController().signal,
    onNotice: () => undefined,
  });
}

test('a run without a key says so once, attaches nothing, and keeps what it would have said', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openBench(registry.host);

  const run = await runAs(bench, undefined);

  const digest = digestOfRun(run);
  const notices = run.events.filter(
    (event) => event.type === 'notice' && event.message.includes('unsigned'),
  );
  const kept = await readdir(join(bench.folder, '.seatrial/evidence', hexOf(digest)), {
    recursive: true,
  });
  expect(shipped(run)?.outcome).toBe('passed');
  expect(notices).toHaveLength(1);
  expect(await bundlesOf(registry.host, digest)).toEqual([]);
  expect(kept.filter((name) => name.endsWith('.unsigned.json'))).toHaveLength(3);
});

test('a run that has nothing to ship asks for no evidence', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openBench(registry.host);
  const signer = await makeSigner();
  await runAs(bench, signer);
  const before = registry.requests.length;

  const run = await runAs(bench, signer);

  expect(shipped(run)?.outcome).toBe('cached');
  expect(registry.requests.slice(before).map(({ path }) => path)).not.toContainEqual(
    expect.stringContaining('referrers'),
  );
});
