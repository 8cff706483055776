import { describe, expect, test } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
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

describe('the digest of a plan', () => {
  const a = { suite: 'a', inputs: { x: '1', y: '2' } };
  const b = { suite: 'b', inputs: { x: '1' } };

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
