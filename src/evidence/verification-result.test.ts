import { describe, expect, it } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { parseBundle } from './bundle.ts';
import { judgeSignatures, trustedResults, type JudgedBundle } from './judged-evidence.ts';
import { predicateTypes, renderStatement } from './statement.ts';
import { toTestResult, type TestResultSource } from './test-result.ts';
import { makeCase, makeSigner, makeStatement, makeTestSource } from './testing/sample-evidence.ts';
import {
  propertiesOfPass,
  toVerificationResult,
  verificationResultSchema,
  verifiedBy,
} from './verification-result.ts';

const digest = digestOf('image');
const signer = await makeSigner();
const [suite] = makeTestSource().suites;

async function judge(...statements: readonly string[]): Promise<readonly JudgedBundle[]> {
  const bundles = await Promise.all(
    statements.map(async (text, index) => {
      const parsed = parseBundle(Buffer.from(await signer.sign(text)));
      if (!parsed.ok) throw new Error(parsed.problem);
      return { ...parsed.value, attestation: digestOf(String(index)) };
    }),
  );
  return judgeSignatures({ bundles, rejected: [] }, signer.trust);
}

async function propertiesOf(changes: Partial<TestResultSource>): Promise<readonly string[]> {
  const [pass] = trustedResults(await judge(makeStatement(digest, changes)));
  if (pass === undefined) throw new Error('no pass');
  return propertiesOfPass(pass);
}

function suitesWith(...found: readonly (readonly [string, string, string?])[]) {
  return found.flatMap(([name, verdict, platform]) =>
    suite === undefined
      ? []
      : [
          {
            ...suite,
            suite: name,
            platform,
            cases: [makeCase('starts', verdict === 'warn' ? { verdict: 'warn' } : {})],
          },
        ],
  );
}

describe('a verification result', () => {
  it('has the fields of version 0.2, the policies even when there are none', () => {
    const at = '2026-11-24T10:15:30.000Z';

    const plain = toVerificationResult({ at, properties: ['A'], promotion: undefined });
    const planned = toVerificationResult({ at, properties: [], plan: digest, promotion: {} });

    expect(JSON.parse(JSON.stringify(plain))).toEqual({
      verifier: { id: 'urn:seatrial:verifier:v1', policies: [] },
      timeCreated: at,
      properties: ['A'],
    });
    expect(planned.verifier.policies).toEqual([
      { name: 'test-plan', digest: { sha256: digest.slice('sha256:'.length) } },
    ]);
    expect(verificationResultSchema.safeParse(planned).success).toBe(true);
  });

  it.each([
    ['without policies, as in version 0.1', { verifier: { id: 'x' } }],
    ['without a time', { timeCreated: 'yesterday' }],
    ['without properties', { properties: undefined }],
  ])('%s is none', (_, changes) => {
    const whole = toVerificationResult({
      at: '2026-11-24T10:15:30.000Z',
      properties: [],
      promotion: undefined,
    });

    expect(verificationResultSchema.safeParse({ ...whole, ...changes }).success).toBe(false);
  });
});

describe('what a pass says of a digest', () => {
  it('is that it was tested, by which suites, and whether without a warning', async () => {
    const clean = await propertiesOf({
      suites: suitesWith(['behaviour', 'pass'], ['my-suite', 'pass']),
    });
    const warned = await propertiesOf({ suites: suitesWith(['behaviour', 'warn']) });

    expect(clean).toEqual([
      'SEATRIAL_TESTED',
      'SEATRIAL_NO_WARNINGS',
      'SEATRIAL_SUITE_BEHAVIOUR',
      'SEATRIAL_SUITE_MY_SUITE',
    ]);
    expect(warned).toEqual(['SEATRIAL_TESTED', 'SEATRIAL_SUITE_BEHAVIOUR']);
  });

  it('of an index is true on each of its platforms, or says that it is not', async () => {
    const platforms = ['linux/amd64', 'linux/arm64'].map((platform) => ({
      platform,
      digest: digestOf(platform),
      isUntested: false,
    }));
    const [amd, arm] = platforms;
    const suites = suitesWith(
      ['behaviour', 'pass', 'linux/amd64'],
      ['behaviour', 'pass', 'linux/arm64'],
      ['script', 'pass', 'linux/amd64'],
    );

    const whole = await propertiesOf({ suites, platforms });
    const inPart = await propertiesOf({
      suites: suitesWith(['script', 'pass', 'linux/amd64']),
      platforms: amd && arm ? [amd, { ...arm, isUntested: true }] : [],
    });

    expect(whole).toEqual(['SEATRIAL_TESTED', 'SEATRIAL_NO_WARNINGS', 'SEATRIAL_SUITE_BEHAVIOUR']);
    expect(inPart).toEqual([
      'SEATRIAL_TESTED_IN_PART',
      'SEATRIAL_NO_WARNINGS',
      'SEATRIAL_SUITE_SCRIPT',
    ]);
  });
});

describe('what the evidence of a digest says of it', () => {
  const sbom = renderStatement({
    subject: { name: '', digest },
    predicateType: predicateTypes.sbom,
    predicate: {},
  });

  it('names the other kinds that are there, and the plan', async () => {
    const found = verifiedBy(await judge(makeStatement(digest), sbom));

    expect(found?.properties).toContain('SEATRIAL_SBOM');
    expect(found?.properties).not.toContain('SEATRIAL_PROVENANCE');
    expect(found?.plan).toMatch(/^sha256:/u);
  });

  it('is nothing without a pass, and nothing of what was taken back', async () => {
    const failed = renderStatement({
      subject: { name: '', digest },
      predicateType: predicateTypes.testResult,
      predicate: { ...toTestResult(makeTestSource()), result: 'FAILED', failedTests: ['yank/x'] },
    });

    expect(verifiedBy(await judge(sbom))).toBeUndefined();
    expect(verifiedBy(await judge(makeStatement(digest), failed))).toBeUndefined();
  });
});
