import { describe, expect, it } from 'vitest';
import { collectBundles } from '../evidence/collect.ts';
import { judgeManifest, type Judgement } from '../evidence/judge-manifest.ts';
import { policySchema } from '../evidence/policy-schema.ts';
import type { StatementSigner } from '../evidence/signer.ts';
import { predicateTypes } from '../evidence/statement.ts';
import { makeSigner } from '../evidence/testing/sample-evidence.ts';
import { processEnvironment } from '../host/environment.ts';
import { runProcess } from '../host/process.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Manifest, Repository } from '../registry/contract.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { childrenOf } from '../registry/index-children.ts';
import { startCncfRegistry } from '../registry/testing/cncf-registry.ts';
import { startFaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { assessPlan } from './assess-plan.ts';
import type { RunContext, StepResult } from './run-context.ts';
import { planSteps } from './steps.ts';
import {
  openPipelineBench,
  uniqueImage,
  type BenchRun,
  type PipelineBench,
} from './testing/pipeline-bench.ts';

const DOCKERFILE = 'FROM scratch\nCOPY busybox made /bin/\nCMD ["/bin/busybox", "true"]\n';
const CHILD = 'ARG BASE\nFROM ${BASE}\nCOPY pass.sh /\n';
const ci = { provider: 'local', isFork: false, branch: 'main', buildNumber: '1' } as const;
const platforms = '[linux/amd64, linux/arm64]';

/** An application on a base, both for two platforms; their scripts need no engine that runs them. */
async function openBench(host: string): Promise<PipelineBench> {
  const bench = await openPipelineBench({
    Dockerfile: DOCKERFILE,
    'Dockerfile.child': CHILD,
    'pass.sh': '#!/bin/sh\nexit 0\n',
  });
  await configure(bench, host, '[linux/arm64]');
  return bench;
}

async function configure(bench: PipelineBench, host: string, untested?: string): Promise<void> {
  const name = uniqueImage(bench);
  const tested = untested === undefined ? '' : `untested: ${untested}`;
  await bench.write(
    'seatrial.yaml',
    `registry: ${host}
default_branch: main
images:
  ${name}-base:
    platforms: ${platforms}
    hooks: { pre_build: { run: date +%s%N > made, creates: [made] } }
    ${tested}
    suites: { behaviour: false, script: pass.sh }
  ${name}:
    dockerfile: Dockerfile.child
    args: { BASE: { image: ${name}-base } }
    platforms: ${platforms}
    ${tested}
    suites: { behaviour: false, script: pass.sh }
    ship: { repository: app, tags: ['{build}', latest] }
`,
  );
}

async function ship(
  bench: PipelineBench,
  signer: StatementSigner,
  changes: Partial<RunContext> = {},
): Promise<BenchRun> {
  return await bench.run('ship', {
    signer,
    ci,
    ...changes,
  });
}

function stepOf(run: BenchRun, end: string): StepResult | undefined {
  return [...run.results].find(([id]) => id.endsWith(end))?.[1];
}

async function statesOf(bench: PipelineBench): Promise<ReadonlySet<string>> {
  const context = await bench.context({ ci });
  const selection = { goal: 'ship', enginePlatform: 'linux/amd64' } as const;
  const assessed = await assessPlan(planSteps(context.project, selection), context);
  return new Set(assessed.map(({ state }) => state));
}

function outcomesOf(run: BenchRun, start: string): readonly string[] {
  return [...run.results].filter(([id]) => id.startsWith(start)).map(([, { outcome }]) => outcome);
}

function shipped(run: BenchRun): StepResult | undefined {
  return [...run.results].find(([id]) => id.startsWith('ship:'))?.[1];
}

async function latestOf(repository: Repository): Promise<Manifest> {
  const manifest = await repository.manifests.read('latest');
  if (manifest === undefined) throw new Error('nothing was shipped');
  return manifest;
}

async function judge(
  repository: Repository,
  signer: StatementSigner,
  policy: object,
): Promise<Judgement> {
  const rules = policySchema.parse(policy);
  const now = new Date();
  const manifest = await latestOf(repository);
  return await judgeManifest(repository, manifest, { policy: { trust: signer.trust, rules }, now });
}

/** Kind and subjects of each statement, sorted. */
async function subjectsAt(repository: Repository, digest: Digest): Promise<readonly string[]> {
  const { bundles } = await collectBundles(repository, digest);
  return bundles
    .map(({ statement: { predicateType, subject, members = [] } }) =>
      lineOf(predicateType, subject.digest, ...members.map((member) => member.digest)),
    )
    .toSorted();
}

function lineOf(...words: readonly string[]): string {
  return words.join(' ');
}

async function pull(ref: string): Promise<string> {
  const env = processEnvironment();
  const docker = async (...argv: readonly string[]): Promise<string> => {
    const result = await runProcess('docker', argv, { env });
    if (result.exitCode !== 0) throw new Error(`docker ${argv.join(' ')}: ${result.output}`);
    return result.stdout.trim();
  };
  try {
    await docker('pull', '-q', ref);
    return await docker('image', 'inspect', '-f', '{{.Id}}', ref);
  } finally {
    await docker('rmi', ref).catch(() => undefined);
  }
}

const { verification, ...ofImages } = predicateTypes;
const all = Object.values(ofImages);

describe('an image for two platforms', () => {
  it.each([
    ['the embedded registry', startFaultyRegistry],
    ['CNCF Distribution', startCncfRegistry],
  ])(
    'is on %s one index of what was tested and what is declared untested, and says so',
    async (_, start) => {
      await using registry = await start();
      await using bench = await openBench(registry.host);
      const signer = await makeSigner();

      const run = await ship(bench, signer);
      const again = await ship(bench, signer);

      await using repository = openRepository({ repository: `${registry.host}/app`, env: {} });
      const index = await latestOf(repository);
      const [amd64, arm64] = childrenOf(index)?.images ?? [];
      if (amd64 === undefined || arm64 === undefined) throw new Error('no two images');
      const built = stepOf(run, `build:${uniqueImage(bench)}@linux/amd64`)?.imageId;
      expect([amd64.platform, arm64.platform]).toEqual(['linux/amd64', 'linux/arm64']);
      expect(shipped(run)).toMatchObject({ outcome: 'passed', digest: index.digest });
      expect(stepOf(run, `${uniqueImage(bench)}@linux/arm64:script`)).toMatchObject({
        outcome: 'skipped',
        reason: 'linux/arm64 is declared untested',
      });
      expect(run.events).toContainEqual(
        expect.objectContaining({
          type: 'notice',
          message: `${uniqueImage(bench)} is shipped for linux/arm64 untested, as the configuration says`,
        }),
      );
      // What the hook made once is there for each of them.
      expect(outcomesOf(again, 'build:')).toEqual(['cached', 'cached', 'cached', 'cached']);
      expect(shipped(again)).toMatchObject({
        outcome: 'cached',
        reason: expect.stringContaining('1, latest already at') as unknown,
        digest: index.digest,
        moved: [],
      });
      // Nothing is left to plan.
      expect(await statesOf(bench)).toEqual(new Set(['done']));
      // What the engine gets for its own platform is what was tested.
      expect(await pull(`${registry.host}/app:latest`)).toBe(built);
      expect(await pull(`${registry.host}/app@${amd64.digest}`)).toBe(built);
      expect(await subjectsAt(repository, index.digest)).toEqual([
        lineOf(verification, index.digest),
        lineOf(predicateTypes.testResult, index.digest, amd64.digest),
      ]);
      expect(await subjectsAt(repository, amd64.digest)).toEqual(
        all.map((type) => lineOf(type, amd64.digest)).toSorted(),
      );
      expect(await subjectsAt(repository, arm64.digest)).toEqual(
        all
          .filter((type) => type !== predicateTypes.testResult)
          .map((type) => lineOf(type, arm64.digest))
          .toSorted(),
      );
      expect(await judge(repository, signer, { require: all, suites: ['script'] })).toMatchObject({
        holds: true,
        platforms: [
          { platform: 'linux/amd64', state: 'tested', message: 'tested: 1 cases' },
          { platform: 'linux/arm64', state: 'untested' },
        ],
      });
      for (const policy of [{ untested: 'refuse' }, { verified: {} }])
        expect(await judge(repository, signer, policy)).toMatchObject({ holds: false });
    },
  );

  it('is shipped only when each is tested or declared untested, and says more of itself when it is', async () => {
    await using registry = await startFaultyRegistry();
    await using bench = await openBench(registry.host);
    const signer = await makeSigner();
    await configure(bench, registry.host);
    // As on a machine without emulation, whatever this one has.
    const withoutEmulation = { supportOf: () => Promise.resolve('impossible' as const) };
    const withEmulation = { supportOf: () => Promise.resolve('emulated' as const) };

    const refused = await ship(bench, signer, { runnable: withoutEmulation });
    await configure(bench, registry.host, '[linux/arm64]');
    const declared = await ship(bench, signer);
    await configure(bench, registry.host);
    const tested = await ship(bench, signer, { runnable: withEmulation });

    expect(refused.exitCode).toBe(3);
    expect(stepOf(refused, `${uniqueImage(bench)}@linux/arm64:script`)?.error).toMatchObject({
      code: 'PLATFORM_NOT_RUNNABLE',
      message: expect.stringContaining('cannot run linux/arm64') as unknown,
      hint: expect.stringMatching(/qemu-user-static.*binfmt.*`untested`/u) as unknown,
    });
    expect(shipped(refused)?.outcome).toBe('skipped');
    expect(shipped(declared)?.outcome).toBe('passed');
    // The same index: no tag moves, and its evidence says more.
    expect(shipped(tested)).toMatchObject({
      outcome: 'cached',
      digest: shipped(declared)?.digest,
    });
    for (const policy of [{ untested: 'refuse' }, { verified: {} }])
      expect(await judge(registry.open(), signer, policy)).toMatchObject({
        holds: true,
        platforms: [{ state: 'tested' }, { state: 'tested' }],
      });
  });
});
