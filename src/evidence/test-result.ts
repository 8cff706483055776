import { z } from 'zod';
import { digestOf, hexOf, isDigest, type Digest } from '../kernel/digest.ts';
import { outcomeOf, type Case } from '../kernel/verdict.ts';
import { resourceDescriptorSchema, type ResourceDescriptor } from './resource-descriptor.ts';

/** @see https://github.com/in-toto/attestation/blob/v1.1.2/spec/predicates/test-result.md */
export const testResultSchema = z.object({
  result: z.enum(['PASSED', 'WARNED', 'FAILED']),
  configuration: z.array(resourceDescriptorSchema),
  url: z.string().optional(),
  passedTests: z.array(z.string()).default([]),
  warnedTests: z.array(z.string()).default([]),
  failedTests: z.array(z.string()).default([]),
});

export type TestResult = z.infer<typeof testResultSchema>;

/** What one suite found, in this run or in an earlier one with the same key. */
export interface TestedSuite {
  /** `behaviour`. */
  readonly suite: string;
  /** Inputs of the suite's content key without the image: what was tested, and how. */
  readonly inputs: Readonly<Record<string, string>>;
  /** ISO 8601: when it passed. */
  readonly testedAt: string;
  readonly cases: readonly Case[];
  /** Which image of an index was tested. Absent where there is but one. */
  readonly platform?: string | undefined;
}

/** One image of an index, and whether anybody tested it. */
export interface IndexedPlatform {
  readonly platform: string;
  /** Of its manifest. */
  readonly digest: Digest;
  /** The maintainer said that it is shipped without a test. */
  readonly isUntested: boolean;
}

export interface TestResultSource {
  readonly suites: readonly TestedSuite[];
  /** Every image of an index. @default the result is about one image */
  readonly platforms?: readonly IndexedPlatform[] | undefined;
  /** Name and digest of the configuration; absent when everything was derived. */
  readonly config?: { readonly name: string; readonly digest: Digest } | undefined;
  readonly tool: { readonly version: string };
  readonly engine: {
    readonly product: string;
    readonly version: string;
    readonly os: string;
    readonly architecture: string;
  };
  readonly run: { readonly id: string; readonly url?: string | undefined };
}

/** Suites and their inputs, whatever image they were run on: equal plans, equal digest. */
export function testPlanDigest(suites: readonly Pick<TestedSuite, 'suite' | 'inputs'>[]): Digest {
  const canonical = suites
    .map(({ suite, inputs }) => [suite, Object.entries(inputs).toSorted(byFirst)] as const)
    // By all of it: an index has a suite for each of its platforms, in no order that matters.
    .toSorted((a, b) => byFirst([JSON.stringify(a), a], [JSON.stringify(b), b]));
  return digestOf(JSON.stringify(canonical));
}

/**
 * What the cases say. Absent when they say nothing that could be signed: no case at all, nothing but skips,
 * or a case that got lost, which is no verdict.
 */
export function toTestResult(source: TestResultSource): TestResult | undefined {
  const cases = source.suites.flatMap(({ suite, cases: found, platform }) =>
    found.map((each) => ({ ...each, name: nameOfCase(suite, each.id, platform) })),
  );
  const outcome = outcomeOf(cases);
  if (outcome === 'lost' || outcome === 'empty') return undefined;
  const namesOf = (isWanted: (each: Case) => boolean): string[] =>
    cases.filter(isWanted).map(({ name }) => name);
  const failedTests = namesOf(isFailure);
  const warnedTests = namesOf(
    (each) => each.verdict === 'warn' || (each.verdict === 'fail' && !isFailure(each)),
  );
  return {
    result: resultOf(failedTests, warnedTests),
    configuration: configurationOf(source),
    ...(source.run.url === undefined ? {} : { url: source.run.url }),
    passedTests: namesOf((each) => each.verdict === 'pass'),
    warnedTests,
    failedTests,
  };
}

/** `behaviour/starts`, and of one image of an index `behaviour/starts@linux/arm64`. */
function nameOfCase(suite: string, id: string, platform: string | undefined): string {
  return platform === undefined ? `${suite}/${id}` : `${suite}/${id}@${platform}`;
}

/**
 * The word of a maintainer against an image that had passed, in the form that every reader of test results
 * knows: a failed test whose name is the reason.
 */
export function toWithdrawal(source: {
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
  readonly tool: { readonly version: string };
  readonly run: { readonly id: string; readonly url?: string | undefined };
}): TestResult {
  return {
    result: 'FAILED',
    configuration: [toolOf(source.tool.version), runOf(source.run.id, source.at)],
    ...(source.run.url === undefined ? {} : { url: source.run.url }),
    passedTests: [],
    warnedTests: [],
    failedTests: [`yank/${source.reason}`],
  };
}

/** What of a test result decides beyond its verdict. Absent where the result does not say. */
export function factsOfTestResult(result: TestResult): {
  readonly plan?: string | undefined;
  readonly testedAt?: string | undefined;
  /** Of an index: what it says of each image. */
  readonly platforms?: readonly IndexedPlatform[] | undefined;
} {
  const find = (name: string): ResourceDescriptor | undefined =>
    result.configuration.find((each) => each.name === name);
  const plan = find(PLAN)?.digest?.['sha256'];
  const testedAt = find(RUN)?.annotations?.['testedAt'];
  const platforms = result.configuration.flatMap(toPlatform);
  return {
    ...(plan === undefined ? {} : { plan: `sha256:${plan}` }),
    ...(typeof testedAt === 'string' ? { testedAt } : {}),
    ...(platforms.length === 0 ? {} : { platforms }),
  };
}

const PLAN = 'test-plan';
const RUN = 'run';
const PLATFORM = 'platform';

/** The descriptor is that of the image itself: its digest is what is in the index. */
function fromPlatform({ platform, digest, isUntested }: IndexedPlatform): ResourceDescriptor {
  return {
    name: PLATFORM,
    uri: `urn:seatrial:platform:${platform}`,
    digest: { sha256: hexOf(digest) },
    annotations: { platform, tested: !isUntested },
  };
}

function toPlatform({ name, digest, annotations }: ResourceDescriptor): IndexedPlatform[] {
  const found = `sha256:${digest?.['sha256'] ?? ''}`;
  const platform = annotations?.['platform'];
  if (name !== PLATFORM || typeof platform !== 'string' || !isDigest(found)) return [];
  // Whatever else it says is no word that it was left untested.
  return [{ platform, digest: found, isUntested: annotations?.['tested'] === false }];
}

function resultOf(failed: readonly string[], warned: readonly string[]): TestResult['result'] {
  if (failed.length > 0) return 'FAILED';
  return warned.length > 0 ? 'WARNED' : 'PASSED';
}

function isFailure(each: Case): boolean {
  return each.verdict === 'fail' && each.severity === 'error';
}

function configurationOf(source: TestResultSource): ResourceDescriptor[] {
  const { config, engine, run, suites } = source;
  // The oldest of them: nothing may look newer than its oldest part.
  const [testedAt = ''] = suites.map((suite) => suite.testedAt).toSorted();
  return [
    ...(config === undefined
      ? []
      : [{ name: config.name, digest: { sha256: hexOf(config.digest) } }]),
    { name: PLAN, digest: { sha256: hexOf(testPlanDigest(suites)) } },
    ...(source.platforms ?? []).map(fromPlatform),
    toolOf(source.tool.version),
    described('engine', `pkg:generic/${engine.product}@${engine.version}`, {
      version: engine.version,
      os: engine.os,
      arch: engine.architecture,
    }),
    runOf(run.id, testedAt),
  ];
}

function toolOf(version: string): ResourceDescriptor {
  return described('tool', `pkg:npm/seatrial@${version}`, { version });
}

function runOf(id: string, testedAt: string): ResourceDescriptor {
  return described(RUN, `urn:seatrial:run:${id}`, { testedAt });
}

/** The digest is that of the annotations: two results with equal digests were made with equal things. */
function described(
  name: string,
  uri: string,
  annotations: Readonly<Record<string, string>>,
): ResourceDescriptor {
  const digest = { sha256: hexOf(digestOf(JSON.stringify(annotations))) };
  return { name, uri, digest, annotations: { ...annotations } };
}

function byFirst(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  if (a[0] === b[0]) return 0;
  return a[0] < b[0] ? -1 : 1;
}
