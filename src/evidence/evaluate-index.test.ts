import { describe, expect, it } from 'vitest';
import { digestOf, type Digest } from '../kernel/digest.ts';
import { parseBundle } from './bundle.ts';
import type { Collected, CollectedBundle } from './collect.ts';
import { evaluateIndex, type IndexEvaluation } from './evaluate-index.ts';
import { policySchema } from './policy-schema.ts';
import { toProvenance } from './provenance.ts';
import { predicateTypes, renderStatement } from './statement.ts';
import { makeCase, makeSigner, makeTestSource } from './testing/sample-evidence.ts';
import { toVerificationResult } from './verification-result.ts';
import { toTestResult, toWithdrawal, type IndexedPlatform } from './test-result.ts';

const signer = await makeSigner();
const stranger = await makeSigner();
const now = new Date('2026-11-24T12:00:00.000Z');
const EARLY = '2026-11-24T10:00:00.000Z';
const LATE = '2026-11-24T11:00:00.000Z';
const index = digestOf('index');
const amd64 = { platform: 'linux/amd64', digest: digestOf('amd64'), isIndex: false };
const arm64 = { platform: 'linux/arm64', digest: digestOf('arm64'), isIndex: false };

interface Said {
  readonly members?: readonly Digest[];
  readonly predicateType?: string;
  readonly predicate: unknown;
  readonly by?: typeof signer;
}

async function sign(digest: Digest, said: Said): Promise<CollectedBundle> {
  const { members = [], predicateType = predicateTypes.testResult, predicate, by = signer } = said;
  const statement = renderStatement({
    subject: { name: '', digest },
    members: members.map((member) => ({ name: '', digest: member })),
    predicateType,
    predicate,
  });
  const parsed = parseBundle(Buffer.from(await by.sign(statement)));
  if (!parsed.ok) throw new Error(parsed.problem);
  return { ...parsed.value, attestation: digestOf(statement) };
}

async function collected(digest: Digest, said: readonly Said[] = []): Promise<Collected> {
  const bundles = await Promise.all(said.map(async (each) => await sign(digest, each)));
  return { bundles, rejected: [] };
}

/** What is said of the index, and of each image in it. */
interface Scene {
  readonly index?: readonly Said[];
  readonly amd64?: readonly Said[];
  readonly arm64?: readonly Said[];
  readonly policy?: object;
  readonly isNested?: boolean;
}

async function judge(scene: Scene): Promise<IndexEvaluation> {
  const rules = policySchema.parse(scene.policy ?? {});
  return evaluateIndex(
    {
      collected: await collected(index, scene.index),
      children: [
        { ...amd64, collected: await collected(amd64.digest, scene.amd64) },
        {
          ...arm64,
          isIndex: scene.isNested === true,
          collected: await collected(arm64.digest, scene.arm64),
        },
      ],
    },
    { trust: signer.trust, rules },
    now,
  );
}

/** The result of an index: each platform was tested, or is said to be untested. */
function indexResult(
  platforms: readonly Omit<IndexedPlatform, 'isUntested'>[],
  untested: readonly Omit<IndexedPlatform, 'isUntested'>[] = [],
  suiteNames: readonly string[] = ['behaviour'],
): Said {
  const suites = platforms.flatMap(({ platform }, number) =>
    // The last suite runs on the first platform alone.
    suiteNames.slice(0, number === 0 ? undefined : 1).map((suite) => ({
      suite,
      platform,
      inputs: {},
      testedAt: EARLY,
      cases: [makeCase('starts'), makeCase('stops')],
    })),
  );
  return {
    members: platforms.map(({ digest }) => digest),
    predicate: toTestResult(
      makeTestSource({
        suites,
        platforms: [
          ...platforms.map((each) => ({ ...each, isUntested: false })),
          ...untested.map((each) => ({ ...each, isUntested: true })),
        ],
      }),
    ),
  };
}

function imageResult(testedAt: string): Said {
  const [suite] = makeTestSource().suites;
  const suites = suite ? [{ ...suite, testedAt }] : [];
  return { predicate: toTestResult(makeTestSource({ suites })) };
}

function yank(at: string): Said {
  return {
    predicate: toWithdrawal({ reason: 'CVE-1', at, tool: { version: '1' }, run: { id: '1' } }),
  };
}

function builtOn(reference: string): Said {
  const predicate = toProvenance({
    build: { image: 'app', context: '.', dockerfile: 'Dockerfile', platform: 'any', args: {} },
    imageId: digestOf('config'),
    manifest: 'packed',
    bases: [{ reference }],
    builder: { provider: 'local', version: '0.1.0', engine: 'docker' },
    run: { id: '1' },
    finishedAt: EARLY,
  });
  return { predicateType: predicateTypes.provenance, predicate };
}

function statesOf({ platforms }: IndexEvaluation): readonly string[] {
  return platforms.map(({ state, message }) => `${state}: ${message}`);
}

/** What does not hold, as `rule: message`. */
function failures({ rules }: IndexEvaluation): readonly string[] {
  return rules.filter(({ holds }) => !holds).map(({ rule, message }) => `${rule}: ${message}`);
}

const both = indexResult([amd64, arm64]);
const half = indexResult([amd64], [arm64]);

describe('an index of which somebody trusted speaks', () => {
  it('holds when each image in it was tested', async () => {
    const evaluation = await judge({ index: [both] });

    expect(evaluation.holds).toBe(true);
    expect(statesOf(evaluation)).toEqual(['tested: tested: 2 cases', 'tested: tested: 2 cases']);
    expect(evaluation.rules.at(-1)).toEqual({
      rule: 'platforms',
      holds: true,
      message: 'linux/amd64, linux/arm64 tested',
    });
  });

  it('holds with a platform that is declared untested, unless the policy refuses it', async () => {
    const allowed = await judge({ index: [half] });
    const refused = await judge({ index: [half], policy: { untested: 'refuse' } });

    expect(allowed.holds).toBe(true);
    expect(statesOf(allowed)[1]).toBe('untested: declared untested');
    expect(allowed.rules.at(-1)?.message).toBe('linux/amd64 tested; linux/arm64 declared untested');
    expect(failures(refused)).toEqual([
      `platforms: linux/arm64 (${arm64.digest}) declared untested, which the policy refuses`,
    ]);
  });

  it.each([
    ['says nothing of one image', indexResult([amd64])],
    [
      'says of another image that it is untested',
      indexResult([amd64], [{ ...arm64, digest: digestOf('another') }]),
    ],
    ['tested another image', indexResult([amd64, { ...arm64, digest: digestOf('another') }])],
    ['lists it as tested, and is not about it', { ...both, members: [amd64.digest] }],
  ])('does not hold when the statement %s', async (_, said) => {
    const evaluation = await judge({ index: [said] });

    expect(failures(evaluation)).toEqual([
      `platforms: linux/arm64 (${arm64.digest}) neither tested nor declared untested`,
    ]);
  });

  it('does not hold when all of it is declared untested', async () => {
    const platforms = [amd64, arm64].map((each) => ({ ...each, isUntested: true }));
    const predicate = toTestResult(makeTestSource({ platforms }));

    const evaluation = await judge({ index: [{ predicate }] });

    expect(failures(evaluation)).toEqual(['platforms: no image of the index was tested']);
  });

  it('holds when what it is silent about has evidence of its own', async () => {
    const evaluation = await judge({ index: [indexResult([amd64])], arm64: [imageResult(LATE)] });

    expect(evaluation.holds).toBe(true);
    expect(statesOf(evaluation)[1]).toBe('tested: tested: 2 cases');
  });

  it.each([
    ['a tested image', both],
    ['an untested image', half],
  ])('does not hold when %s was taken back after that', async (_, said) => {
    const evaluation = await judge({ index: [said], arm64: [yank(LATE)] });

    expect(failures(evaluation)).toEqual([
      `platforms: linux/arm64 (${arm64.digest}) was taken back: yank/CVE-1`,
    ]);
  });

  it('holds again when the image that was taken back passes later', async () => {
    const evaluation = await judge({
      index: [both],
      arm64: [yank('2026-11-24T10:30:00.000Z'), imageResult(LATE)],
    });

    expect(evaluation.holds).toBe(true);
  });

  it('does not hold when it was itself taken back', async () => {
    const evaluation = await judge({
      index: [both, yank(LATE)],
      amd64: [imageResult(LATE)],
      arm64: [imageResult(LATE)],
    });

    expect(failures(evaluation)[0]).toMatch(/^not-withdrawn: .*FAILED: yank\/CVE-1/u);
  });

  it('wants a suite on each platform that was tested', async () => {
    const said = indexResult([amd64, arm64], [], ['behaviour', 'script']);

    const evaluation = await judge({
      index: [said],
      policy: { suites: ['behaviour', 'script'] },
    });

    expect(failures(evaluation)).toEqual([
      'suite:script: no case of this suite passed on linux/arm64',
    ]);
    expect(evaluation.rules).toContainEqual({
      rule: 'suite:behaviour',
      holds: true,
      message: '4 passed',
    });
  });

  it('wants other evidence of each image, as far as the index has none', async () => {
    const policy = { require: ['test-result', 'provenance'], bases: ['debian'] };
    const debian = builtOn('debian:12');

    const missing = await judge({ index: [half], policy, amd64: [debian] });
    const outside = await judge({
      index: [half],
      policy,
      amd64: [debian],
      arm64: [builtOn('alpine')],
    });
    const whole = await judge({ index: [half], policy, amd64: [debian], arm64: [debian] });

    expect(failures(missing)).toEqual([
      'evidence:provenance: linux/arm64: there is none about this digest',
      'bases: linux/arm64: no trusted provenance names the base images',
    ]);
    expect(failures(outside)).toEqual([
      'bases: linux/arm64: alpine is not allowed as a base image',
    ]);
    expect(whole.holds).toBe(true);
  });

  it('hears who takes something back, also when the policy asks for no test', async () => {
    const policy = { require: ['provenance'] };
    const said = [builtOn('debian')];
    const scene = { index: [both], policy, amd64: said, arm64: said };

    expect((await judge(scene)).holds).toBe(true);
    expect(failures(await judge({ ...scene, arm64: [...said, yank(LATE)] }))[0]).toMatch(
      /^not-withdrawn: linux\/arm64: /u,
    );
  });
});

describe('an index of which nobody trusted speaks', () => {
  it('holds when each image in it does', async () => {
    const evaluation = await judge({
      index: [{ ...half, by: stranger }],
      amd64: [imageResult(EARLY)],
      arm64: [imageResult(LATE)],
    });

    expect(evaluation.holds).toBe(true);
    expect(evaluation.rules).toContainEqual({
      rule: 'tested',
      holds: true,
      message: 'for linux/amd64, linux/arm64',
    });
  });

  it.each([
    ['is about nothing', {}],
    ['leaves one image out', { amd64: [imageResult(EARLY)] }],
    [
      'calls it untested, which a stranger may not say',
      { index: [{ ...half, by: stranger }], amd64: [imageResult(EARLY)] },
    ],
  ])('does not hold when the evidence %s', async (_, scene: Scene) => {
    const evaluation = await judge(scene);

    expect(evaluation.holds).toBe(false);
    expect(statesOf(evaluation)[1]).toBe('uncovered: neither tested nor declared untested');
  });

  it('does not hold with an index in it, whatever is said of that', async () => {
    const evaluation = await judge({
      amd64: [imageResult(EARLY)],
      arm64: [imageResult(EARLY)],
      isNested: true,
    });

    expect(failures(evaluation)).toEqual([
      `platforms: linux/arm64 (${arm64.digest}) is an index itself, which is not looked into`,
    ]);
  });

  it('does not hold when nothing is in it', () => {
    const rules = policySchema.parse({ require: ['sbom'] });
    const nothing = { bundles: [], rejected: [] };

    const evaluation = evaluateIndex(
      { collected: nothing, children: [] },
      { trust: signer.trust, rules },
      now,
    );

    expect(failures(evaluation)).toEqual(['platforms: no image of the index was tested']);
  });
});

describe('a verification result', () => {
  const verification: Said = {
    predicateType: predicateTypes.verification,
    predicate: toVerificationResult({
      at: LATE,
      properties: ['SEATRIAL_TESTED'],
      promotion: undefined,
    }),
  };
  const policy = { verified: {} };

  it('of an index is enough, and so is one of each image', async () => {
    const ofIndex = await judge({ policy, index: [verification] });
    const ofImages = await judge({ policy, amd64: [verification], arm64: [verification] });
    const besides = await judge({ policy, index: [indexResult([amd64, arm64]), verification] });

    expect([ofIndex, ofImages, besides].map(({ holds }) => holds)).toEqual([true, true, true]);
  });

  it('of one image is none of the index', async () => {
    const { rules } = await judge({ policy, amd64: [verification] });

    expect(rules.filter(({ holds }) => !holds).map(({ rule }) => rule)).toEqual(['verified']);
  });

  it('is worth nothing when an image in it was taken back', async () => {
    const { holds } = await judge({ policy, index: [verification], arm64: [yank(LATE)] });

    expect(holds).toBe(false);
  });
});
