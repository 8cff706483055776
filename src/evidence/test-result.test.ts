import { describe, expect, test } from 'vitest';
import { digestOf, hexOf } from '../kernel/digest.ts';
import {
  factsOfTestResult,
  testPlanDigest,
  testResultSchema,
  toTestResult,
} from './test-result.ts';
import { makeCase, makeTestSource } from './testing/sample-evidence.ts';

function resultOf(
  ...cases: readonly ReturnType<typeof makeCase>[]
): ReturnType<typeof toTestResult> {
  const [suite] = makeTestSource().suites;
  return toTestResult(makeTestSource({ suites: suite ? [{ ...suite, cases }] : [] }));
}

describe('a test result', () => {
  test('has exactly the fields of version 0.1', () => {
    const result = toTestResult(makeTestSource({ run: { id: '1', url: 'https://ci.example/1' } }));

    expect(Object.keys(result ?? {})).toEqual([
      'result',
      'configuration',
      'url',
      'passedTests',
      'warnedTests',
      'failedTests',
    ]);
    expect(testResultSchema.parse(result)).toEqual(result);
    expect(result).toMatchObject({
      result: 'PASSED',
      url: 'https://ci.example/1',
      passedTests: ['behaviour/starts', 'behaviour/stops'],
    });
  });

  test('names configuration, plan, tool and engine, each with a digest', () => {
    const { configuration = [] } = toTestResult(makeTestSource()) ?? {};

    expect(configuration.map(({ name }) => name)).toEqual([
      'seatrial.yaml',
      'test-plan',
      'tool',
      'engine',
      'run',
    ]);
    for (const { digest } of configuration) expect(digest?.['sha256']).toMatch(/^[a-f0-9]{64}$/u);
    expect(configuration).toContainEqual(
      expect.objectContaining({ uri: 'pkg:generic/docker@20.10.24' }),
    );
  });

  test('is WARNED as soon as one case warns, or fails without weight', () => {
    expect(resultOf(makeCase('a'), makeCase('b', { verdict: 'warn' }))).toMatchObject({
      result: 'WARNED',
      passedTests: ['behaviour/a'],
      warnedTests: ['behaviour/b'],
    });
    expect(
      resultOf(makeCase('a'), makeCase('b', { verdict: 'fail', severity: 'info' })),
    ).toMatchObject({ result: 'WARNED', failedTests: [] });
  });

  test('is FAILED when a case fails, and says which', () => {
    expect(resultOf(makeCase('a'), makeCase('b', { verdict: 'fail' }))).toMatchObject({
      result: 'FAILED',
      failedTests: ['behaviour/b'],
    });
  });

  test.each([
    ['no case', []],
    ['nothing but skips', [makeCase('a', { verdict: 'skip', reason: 'x' })]],
    ['a case that got lost', [makeCase('a'), makeCase('b', { verdict: 'lost', reason: 'x' })]],
  ])('of %s is none', (_, cases) => {
    expect(resultOf(...cases)).toBeUndefined();
  });

  test('is as old as the oldest of its suites', () => {
    const [suite] = makeTestSource().suites;
    const suites = ['2026-03-02T00:00:00.000Z', '2026-03-01T00:00:00.000Z'].map((testedAt) => ({
      ...(suite ?? { suite: '', inputs: {}, cases: [] }),
      testedAt,
    }));
    const result = toTestResult(makeTestSource({ suites }));

    expect(result && factsOfTestResult(result)).toEqual({
      testedAt: '2026-03-01T00:00:00.000Z',
      plan: testPlanDigest(suites),
    });
  });
});

describe('a test result of an index', () => {
  const [suite] = makeTestSource().suites;
  const platforms = [
    { platform: 'linux/amd64', digest: digestOf('amd64'), isUntested: false },
    { platform: 'linux/arm64', digest: digestOf('arm64'), isUntested: true },
  ];
  const source = makeTestSource({
    suites: suite ? [{ ...suite, platform: 'linux/amd64' }] : [],
    platforms,
  });

  test('says of each case on which platform it was found, and of each image whether it was tested', () => {
    const result = toTestResult(source);

    expect(result?.passedTests).toEqual([
      'behaviour/starts@linux/amd64',
      'behaviour/stops@linux/amd64',
    ]);
    expect(result && factsOfTestResult(result).platforms).toEqual(platforms);
    expect(result?.configuration).toContainEqual({
      name: 'platform',
      uri: 'urn:seatrial:platform:linux/arm64',
      digest: { sha256: hexOf(digestOf('arm64')) },
      annotations: { platform: 'linux/arm64', tested: false },
    });
  });

  test.each([
    ['says it otherwise', { annotations: { platform: 'linux/arm64', tested: 'false' } }, false],
    ['says it of no digest', { digest: { sha1: 'x' } }, undefined],
    ['says it of no platform', { annotations: { tested: false } }, undefined],
  ])('leaves no image untested that somebody %s', (_, change, isUntested) => {
    const result = toTestResult(source);
    const configuration = (result?.configuration ?? []).map((each) =>
      each.uri === 'urn:seatrial:platform:linux/arm64' ? { ...each, ...change } : each,
    );

    const facts = factsOfTestResult(testResultSchema.parse({ ...result, configuration }));

    expect(facts.platforms?.find(({ platform }) => platform === 'linux/arm64')?.isUntested).toBe(
      isUntested,
    );
  });
});

describe('the digest of a plan', () => {
  const a = { suite: 'a', inputs: { x: '1', y: '2' } };
  const b = { suite: 'b', inputs: { x: '1' } };

  test('does not depend on the order of the platforms of an index', () => {
    const both = ['linux/amd64', 'linux/arm64'].map((platform) => ({
      ...a,
      inputs: { ...a.inputs, platform },
    }));

    expect(testPlanDigest(both)).toBe(testPlanDigest(both.toReversed()));
    expect(testPlanDigest(both)).not.toBe(testPlanDigest(both.slice(0, 1)));
  });

  test('does not depend on any order', () => {
    expect(testPlanDigest([b, a])).toBe(
      testPlanDigest([{ suite: 'a', inputs: { y: '2', x: '1' } }, b]),
    );
  });

  test.each([
    ['a suite more', [a, b]],
    ['another input', [{ ...a, inputs: { x: '1', y: digestOf('3') } }]],
    ['an input less', [{ ...a, inputs: { x: '1' } }]],
    ['another name', [{ ...a, suite: 'c' }]],
  ])('changes with %s', (_, suites) => {
    expect(testPlanDigest(suites)).not.toBe(testPlanDigest([a]));
  });
});
