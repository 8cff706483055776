import { z } from 'zod';
import {
  countPassed,
  isPass,
  isTrusted,
  trustedResults,
  withdrawalOf,
  type JudgedBundle,
  type TrustedResult,
} from './judged-evidence.ts';
import { resourceDescriptorSchema, type ResourceDescriptor } from './resource-descriptor.ts';
import { predicateTypes } from './statement.ts';
import { factsOfTestResult } from './test-result.ts';

/** Who says so. The number changes when a property comes to mean something else. */
export const VERIFIER = 'urn:seatrial:verifier:v1';

/** Version 0.2. @see https://github.com/in-toto/attestation/blob/051624c/spec/predicates/svr.md */
export const verificationResultSchema = z.object({
  verifier: z.object({ id: z.string().min(1), policies: z.array(resourceDescriptorSchema) }),
  timeCreated: z.iso.datetime({ offset: true }),
  properties: z.array(z.string()),
  /** Ours: the record of the promotion that it was made for. It decides nothing. */
  seatrialPromotion: z.unknown().optional(),
});
export type VerificationResult = z.infer<typeof verificationResultSchema>;

/** What a digest was found to be. A property that is absent was not looked for, or does not hold. */
export const verifiedProperties = {
  /** Every suite of its test plan passed, on each platform that it has. */
  tested: 'SEATRIAL_TESTED',
  /** So on each platform but those that it is declared untested for. */
  testedInPart: 'SEATRIAL_TESTED_IN_PART',
  /** Nothing that was tested gave a warning. */
  noWarnings: 'SEATRIAL_NO_WARNINGS',
  /** What it was built from is said, and signed. */
  provenance: 'SEATRIAL_PROVENANCE',
  /** What is in it is said, and signed. */
  sbom: 'SEATRIAL_SBOM',
} as const;

/** `SEATRIAL_SUITE_BEHAVIOUR`: at least one case of the suite passed, on each platform that was tested. */
function suiteProperty(suite: string): string {
  return `SEATRIAL_SUITE_${suite.toUpperCase().replaceAll(/[^A-Z0-9]+/gu, '_')}`;
}

export interface VerificationSource {
  /** ISO 8601. */
  readonly at: string;
  readonly properties: readonly string[];
  /** Digest of the test plan, where the test result says it. */
  readonly plan?: string | undefined;
  readonly promotion: unknown;
}

/** The predicate. The policy that was used is the test plan: all of it passed. */
export function toVerificationResult(source: VerificationSource): VerificationResult {
  const { at, properties, plan, promotion } = source;
  const policies: ResourceDescriptor[] =
    plan === undefined
      ? []
      : [{ name: 'test-plan', digest: { sha256: plan.replace(/^sha256:/u, '') } }];
  return {
    verifier: { id: VERIFIER, policies },
    timeCreated: at,
    properties: [...properties],
    seatrialPromotion: promotion,
  };
}

/** What the trusted evidence of a digest says of it; absent when it says nothing, or was taken back. */
export function verifiedBy(
  judged: readonly JudgedBundle[],
): { readonly properties: readonly string[]; readonly plan?: string | undefined } | undefined {
  const results = trustedResults(judged);
  const pass = results.find(isPass);
  if (pass === undefined || withdrawalOf(results, pass) !== undefined) return undefined;
  const types = judged.filter(isTrusted).map(({ bundle }) => bundle.statement.predicateType);
  const { provenance, sbom } = verifiedProperties;
  return {
    plan: pass.plan,
    properties: [
      ...propertiesOfPass(pass),
      ...(types.includes(predicateTypes.provenance) ? [provenance] : []),
      ...(types.includes(predicateTypes.sbom) ? [sbom] : []),
    ],
  };
}

/** What a trusted pass that nobody took back says of the digest. */
export function propertiesOfPass(pass: TrustedResult): readonly string[] {
  const { result } = pass;
  const { platforms = [] } = factsOfTestResult(result);
  const tested = platforms.filter(({ isUntested }) => !isUntested);
  const names = [...result.passedTests, ...result.warnedTests];
  const suites = [...new Set(names.map((name) => name.split('/')[0] ?? name))].filter((suite) =>
    (tested.length === 0 ? [{ platform: undefined }] : tested).every(
      ({ platform }) => countPassed(pass, { suite, platform }) > 0,
    ),
  );
  const isWhole = tested.length === platforms.length;
  const isClean = result.result === 'PASSED' && result.warnedTests.length === 0;
  return [
    isWhole ? verifiedProperties.tested : verifiedProperties.testedInPart,
    ...(isClean ? [verifiedProperties.noWarnings] : []),
    ...suites.map(suiteProperty),
  ];
}
