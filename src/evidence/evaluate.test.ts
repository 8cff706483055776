import { describe, expect, test } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { parseBundle } from './bundle.ts';
import type { Collected } from './collect.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import { policySchema } from './policy-schema.ts';
import { toProvenance, type BaseImage } from './provenance.ts';
import type { StatementSigner } from './signer.ts';
import { predicateTypes, renderStatement } from './statement.ts';
import { makeCase, makeSigner, makeTestSource } from './testing/sample-evidence.ts';
import { toTestResult, type TestResult } from './test-result.ts';
import { toVerificationResult } from './verification-result.ts';

const digest = digestOf('image');
const signer = await makeSigner();
const now = new Date('2026-11-24T12:00:00.000Z');

interface Said {
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly by?: StatementSigner;
}

async function collected(...said: readonly Said[]): Promise<Collected> {
  const bundles = await Promise.all(
    said.map(async ({ predicateType, predicate, by = signer }, index) => {
      const statement = renderStatement({
        subject: { name: '', digest },
        predicateType,
        predicate,
      });
      const parsed = parseBundle(Buffer.from(await by.sign(statement)));
      if (!parsed.ok) throw new Error(parsed.problem);
      return { ...parsed.value, attestation: digestOf(String(index)) };
    }),
  );
  return { bundles, rejected: [] };
}

async function evaluated(policy: object, ...said: readonly Said[]): Promise<Evaluation> {
  const rules = policySchema.parse(policy);
  return evaluate(await collected(...said), { trust: signer.trust, rules }, now);
}

/** What does not hold, as `rule: message`. */
function failures({ rules }: Evaluation): readonly string[] {
  return rules.filter(({ holds }) => !holds).map(({ rule, message }) => `${rule}: ${message}`);
}

function tested(testedAt: string, changes: Partial<TestResult> = {}): Said {
  const [suite] = makeTestSource().suites;
  const suites = suite ? [{ ...suite, testedAt }] : [];
  const predicate = { ...toTestResult(makeTestSource({ suites })), ...changes };
  return { predicateType: predicateTypes.testResult, predicate };
}

function builtOn(...bases: readonly BaseImage[]): Said {
  const predicate = toProvenance({
    build: {
      image: 'app',
      context: '.',
      dockerfile: 'Dockerfile',
      platform: 'linux/amd64',
      args: {},
    },
    imageId: digestOf('config'),
    manifest: 'packed',
    bases,
    builder: { provider: 'local', version: '0.1.0', engine: 'docker' },
    run: { id: '1' },
    finishedAt: '2026-11-24T10:00:00.000Z',
  });
  return { predicateType: predicateTypes.provenance, predicate };
}

const passed = tested('2026-11-24T10:00:00.000Z');
const failed = (testedAt: string): Said =>
  tested(testedAt, { result: 'FAILED', failedTests: ['yank/CVE-2026-1'] });

describe('without a policy', () => {
  test('an image holds that someone trusted tested with success', async () => {
    const evaluation = await evaluated({}, passed);

    expect(failures(evaluation)).toEqual([]);
    expect(evaluation.rules.map(({ rule }) => rule)).toEqual([
      'evidence:test-result',
      'tested',
      'not-withdrawn',
    ]);
  });

  test('an image without evidence does not hold', async () => {
    const evaluation = await evaluated({});

    expect(evaluation.holds).toBe(false);
    expect(failures(evaluation)).toEqual([
      'evidence:test-result: there is none about this digest',
      'tested: no trusted test result says that this digest passed',
    ]);
  });

  test('an image that only a stranger tested does not hold', async () => {
    const evaluation = await evaluated({}, { ...passed, by: await makeSigner() });

    expect(failures(evaluation)[0]).toContain('is signed by none of the trusted keys');
  });

  test('what was found and rejected is said', async () => {
    const rejected = [{ attestation: digestOf('r'), problem: 'belongs to no image' }];
    const policy = { trust: signer.trust, rules: policySchema.parse({}) };

    const evaluation = evaluate({ bundles: [], rejected }, policy, now);

    expect(failures(evaluation)[0]).toContain(`${digestOf('r')} belongs to no image`);
  });

  test.each<readonly [string, Partial<TestResult>]>([
    ['FAILED', { result: 'FAILED', failedTests: ['behaviour/stops'] }],
    ['PASSED with a failed test', { failedTests: ['behaviour/stops'] }],
    ['PASSED without a test', { passedTests: [] }],
  ])('a result that is %s is no pass', async (_, changes) => {
    const evaluation = await evaluated({}, tested('2026-11-24T10:00:00.000Z', changes));

    expect(evaluation.holds).toBe(false);
    expect(failures(evaluation)[0]).toMatch(/^tested: /u);
  });

  test('something else under the name of a test result is no pass', async () => {
    const odd = { predicateType: predicateTypes.testResult, predicate: { result: ['PASSED'] } };
    const swapped = { ...passed, predicateType: 'https://example.com/other' };

    expect((await evaluated({}, odd)).holds).toBe(false);
    expect((await evaluated({}, swapped)).holds).toBe(false);
  });
});

describe('an image that someone trusted took back', () => {
  test('does not hold from then on, and holds again after a later pass', async () => {
    const yanked = await evaluated({}, passed, failed('2026-11-24T11:00:00.000Z'));
    const again = await evaluated(
      {},
      passed,
      failed('2026-11-24T11:00:00.000Z'),
      tested('2026-11-24T11:30:00.000Z'),
    );

    expect(failures(yanked)).toEqual([
      'not-withdrawn: key SEATRIAL_KEY says that it FAILED: yank/CVE-2026-1',
    ]);
    expect(again.holds).toBe(true);
  });

  test('holds when the word against it is older, or of a stranger', async () => {
    const stranger = { ...failed('2026-11-24T11:00:00.000Z'), by: await makeSigner() };

    expect((await evaluated({}, passed, failed('2026-11-24T09:00:00.000Z'))).holds).toBe(true);
    expect((await evaluated({}, passed, stranger)).holds).toBe(true);
  });

  test('does not hold when nobody can tell which word came later', async () => {
    const undated = tested('2026-11-24T09:00:00.000Z', { result: 'FAILED', configuration: [] });

    expect((await evaluated({}, passed, undated)).holds).toBe(false);
  });

  test('does not hold under a policy that asks for no test result either', async () => {
    const policy = { require: ['provenance'] };

    expect((await evaluated(policy, builtOn())).holds).toBe(true);
    expect((await evaluated(policy, builtOn(), failed('2026-11-24T09:00:00.000Z'))).holds).toBe(
      false,
    );
  });
});

describe('a policy', () => {
  test('may ask for kinds of evidence, also by their URI', async () => {
    const policy = { require: ['test-result', 'provenance', 'https://example.com/review'] };

    const evaluation = await evaluated(policy, passed);

    expect(failures(evaluation)).toEqual([
      'evidence:provenance: there is none about this digest',
      'evidence:https://example.com/review: there is none about this digest',
    ]);
  });

  test('may ask for suites, each with a case that passed', async () => {
    const evaluation = await evaluated({ suites: ['behaviour', 'script', 'behav'] }, passed);

    expect(failures(evaluation)).toEqual([
      'suite:script: no case of this suite passed',
      'suite:behav: no case of this suite passed',
    ]);
  });

  test('may refuse warnings', async () => {
    const [suite] = makeTestSource().suites;
    const cases = [makeCase('a'), makeCase('b', { verdict: 'warn' })];
    const predicate = toTestResult(makeTestSource({ suites: suite ? [{ ...suite, cases }] : [] }));
    const warned = { predicateType: predicateTypes.testResult, predicate };

    expect((await evaluated({}, warned)).holds).toBe(true);
    expect(failures(await evaluated({ warnings: 'refuse' }, warned))).toEqual([
      'warnings: the result has warnings: behaviour/b',
    ]);
    expect((await evaluated({ warnings: 'refuse' }, passed)).holds).toBe(true);
  });

  test.each([
    ['2h', []],
    ['1d', []],
    ['119m', ['max-age: tested at 2026-11-24T10:00:00.000Z, which is too long ago']],
  ])('may say that tests are at most %s old', async (age, problems) => {
    expect(failures(await evaluated({ max_age: age }, passed))).toEqual(problems);
  });

  test('that asks for an age refuses what has none, and what is from the future', async () => {
    const policy = { max_age: '30d' };

    expect(failures(await evaluated(policy, tested('', { configuration: [] })))).toEqual([
      'max-age: the result does not say when it was made',
    ]);
    expect(failures(await evaluated(policy, tested('2026-11-25T12:00:00.000Z')))).toEqual([
      'max-age: the tests are from the future: 2026-11-25T12:00:00.000Z',
    ]);
  });

  test('is met by the one result for which all of it holds', async () => {
    const script = tested('2026-11-24T11:00:00.000Z', { passedTests: ['script/a'] });

    expect((await evaluated({ suites: ['behaviour'] }, script, passed)).holds).toBe(true);
    expect((await evaluated({ suites: ['behaviour', 'script'] }, script, passed)).holds).toBe(
      false,
    );
  });
});

describe('allowed base images', () => {
  const debian = { reference: 'debian:12', digest: digestOf('debian') };
  const own = { reference: 'jre', imageId: digestOf('jre') };

  test.each([
    ['debian'],
    ['debian:12'],
    ['docker.io/library/debian'],
    [`debian@${digestOf('debian')}`],
    ['docker.io/library/*'],
  ])('may be named as %s', async (pattern) => {
    const evaluation = await evaluated(
      { bases: ['x.example/y', pattern] },
      passed,
      builtOn(debian, own),
    );

    expect(failures(evaluation)).toEqual([]);
  });

  test.each([
    ['debian:13'],
    ['debia'],
    ['ghcr.io/library/debian'],
    [`debian@${digestOf('other')}`],
    ['docker.io/lib/*'],
  ])('are not meant by %s', async (pattern) => {
    const evaluation = await evaluated({ bases: [pattern] }, passed, builtOn(debian));

    expect(failures(evaluation)).toEqual(['bases: debian:12 is not allowed as a base image']);
  });

  test('with a digest in the Dockerfile itself are taken by it', async () => {
    const pinned = { reference: `debian@${digestOf('debian')}` };

    expect(
      (await evaluated({ bases: [`debian@${digestOf('debian')}`] }, passed, builtOn(pinned))).holds,
    ).toBe(true);
  });

  test('need a provenance of a trusted signer, and of a builder that is known', async () => {
    const policy = { bases: ['debian'] };
    const other = {
      predicateType: predicateTypes.provenance,
      predicate: {
        buildDefinition: { buildType: 'https://example.com/x' },
        runDetails: { builder: { id: 'x' } },
      },
    };

    expect(failures(await evaluated(policy, passed))).toEqual([
      'bases: no trusted provenance names the base images',
    ]);
    const stranger = { ...builtOn(debian), by: await makeSigner() };
    expect((await evaluated(policy, passed, stranger)).holds).toBe(false);
    expect(failures(await evaluated(policy, passed, other))[0]).toContain('are not known');
    expect(
      (await evaluated(policy, passed, builtOn(debian), builtOn(own, { reference: 'evil' }))).holds,
    ).toBe(false);
  });
});

function verified(properties: readonly string[], changes: object = {}): Said {
  return {
    predicateType: predicateTypes.verification,
    predicate: {
      ...toVerificationResult({
        at: '2026-11-24T11:30:00.000Z',
        properties,
        promotion: undefined,
      }),
      ...changes,
    },
  };
}

describe('a policy that accepts a verification result', () => {
  const ours = verified(['SEATRIAL_TESTED', 'SEATRIAL_SBOM']);

  test('needs nothing else', async () => {
    const evaluation = await evaluated({ verified: {} }, ours);

    expect(failures(evaluation)).toEqual([]);
    expect(evaluation.rules.map(({ rule }) => rule)).toEqual(['verified', 'not-withdrawn']);
    expect(evaluation.rules[0]?.message).toContain('SEATRIAL_TESTED, SEATRIAL_SBOM, says key ');
  });

  test('asks for every property that it names, of one result', async () => {
    const policy = { verified: { properties: ['SEATRIAL_TESTED', 'SEATRIAL_PROVENANCE'] } };

    const missing = await evaluated(policy, ours, verified(['SEATRIAL_PROVENANCE']));
    const there = await evaluated(
      policy,
      verified(['SEATRIAL_PROVENANCE', 'SEATRIAL_TESTED', 'OTHER']),
      ours,
    );

    expect(failures(missing)).toEqual([expect.stringContaining('does not say SEATRIAL_')]);
    expect(failures(there)).toEqual([]);
  });

  test.each<readonly [string, object, Said[], string]>([
    ['there is none', {}, [passed], 'no trusted verification result is about this digest'],
    [
      'another verifier made it',
      {},
      [verified(['SEATRIAL_TESTED'], { verifier: { id: 'https://x.example/v1', policies: [] } })],
      'the newest is of the verifier https://x.example/v1',
    ],
    [
      'it is of version 0.1',
      {},
      [verified(['SEATRIAL_TESTED'], { verifier: { id: 'urn:seatrial:verifier:v1' } })],
      'no trusted verification result is about this digest',
    ],
    [
      'it is too old',
      { max_age: '10m' },
      [ours],
      'the newest is of 2026-11-24T11:30:00.000Z, which is too long ago',
    ],
    [
      'it is from the future',
      {},
      [verified(['SEATRIAL_TESTED'], { timeCreated: '2026-11-25T00:00:00Z' })],
      'the newest is from the future',
    ],
  ])('does not hold when %s', async (...[, more, said, message]) => {
    const evaluation = await evaluated({ verified: {}, ...more }, ...said);

    expect(failures(evaluation)).toEqual([expect.stringContaining(`verified: ${message}`)]);
  });

  test('does not hold when a stranger signed it, nor when somebody took the image back since', async () => {
    const stranger = await evaluated({ verified: {} }, { ...ours, by: await makeSigner() });
    const withdrawn = await evaluated({ verified: {} }, ours, failed('2026-11-24T11:45:00.000Z'));

    expect(failures(stranger)[0]).toContain('no trusted verification result');
    expect(failures(withdrawn)).toEqual([expect.stringContaining('not-withdrawn: ')]);
  });

  test('takes another verifier and its properties when they are named', async () => {
    const other = { verifier: { id: 'https://x.example/v1', policies: [] } };
    const policy = { verified: { by: ['https://x.example/v1'], properties: ['X_SCANNED'] } };

    expect((await evaluated(policy, verified(['X_SCANNED'], other))).holds).toBe(true);
  });

  test('still asks for the test results that other rules need', async () => {
    const evaluation = await evaluated({ verified: {}, suites: ['behaviour'] }, ours);

    expect(failures(evaluation)[0]).toContain('tested: no trusted test result');
  });
});
