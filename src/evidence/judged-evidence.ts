import type { Collected, CollectedBundle } from './collect.ts';
import { provenanceSchema } from './provenance.ts';
import { predicateTypes } from './statement.ts';
import { factsOfTestResult, testResultSchema, type TestResult } from './test-result.ts';
import { verifyBundle, type SignatureCheck, type Trust } from './verify-bundle.ts';

/** A bundle about the image, with what became of its signature. */
export interface JudgedBundle {
  readonly bundle: CollectedBundle;
  readonly signature: SignatureCheck;
}

/** A test result that somebody who is trusted signed. */
export interface TrustedResult extends JudgedBundle {
  readonly result: TestResult;
  readonly plan?: string | undefined;
  /** Absent when the result does not say. */
  readonly testedAtMs?: number | undefined;
}

export function judgeSignatures(collected: Collected, trust: Trust): readonly JudgedBundle[] {
  return collected.bundles.map((bundle) => ({ bundle, signature: verifyBundle(bundle, trust) }));
}

export function isTrusted({ signature }: JudgedBundle): boolean {
  return signature.ok;
}

/** For messages. */
export function nameOfSigner({ signature }: JudgedBundle): string {
  if (!signature.ok) return 'nobody trusted';
  const { signer } = signature;
  return signer.kind === 'key' ? `key ${signer.name}` : `${signer.subject} of ${signer.issuer}`;
}

/** What became of one rule of a policy. */
export interface RuleVerdict {
  /** `evidence:provenance`, `verified`, `tested`, `not-withdrawn`, `suite:behaviour`, `warnings`, `max-age`, `bases`. */
  readonly rule: string;
  readonly holds: boolean;
  /** One sentence: what was found. */
  readonly message: string;
}

/** Newest first; those that do not say when come last. */
export function trustedResults(judged: readonly JudgedBundle[]): readonly TrustedResult[] {
  return judged
    .filter(isTrusted)
    .flatMap((each): readonly TrustedResult[] => {
      const { predicateType, predicate } = each.bundle.statement;
      if (predicateType !== predicateTypes.testResult) return [];
      const parsed = testResultSchema.safeParse(predicate);
      if (!parsed.success) return [];
      const { plan, testedAt } = factsOfTestResult(parsed.data);
      const testedAtMs = Date.parse(testedAt ?? '');
      return [
        {
          ...each,
          result: parsed.data,
          ...(plan === undefined ? {} : { plan }),
          ...(Number.isNaN(testedAtMs) ? {} : { testedAtMs }),
        },
      ];
    })
    .toSorted((a, b) => (b.testedAtMs ?? 0) - (a.testedAtMs ?? 0));
}

/** Says what it passed, and nothing that contradicts it. */
export function isPass({ result }: TrustedResult): boolean {
  const { failedTests, passedTests, warnedTests } = result;
  return (
    result.result !== 'FAILED' &&
    failedTests.length === 0 &&
    passedTests.length + warnedTests.length > 0
  );
}

/** Of one suite, and of an index on one platform, if it is given. */
export function countPassed(
  { result }: TrustedResult,
  { suite, platform }: { readonly suite?: string; readonly platform?: string | undefined },
): number {
  const start = suite === undefined ? '' : `${suite}/`;
  const end = platform === undefined ? '' : `@${platform}`;
  return [...result.passedTests, ...result.warnedTests].filter(
    (name) => name.startsWith(start) && name.endsWith(end),
  ).length;
}

/**
 * A trusted word against the image that no later word took back. A result that does not say when it was made
 * counts as the latest: whoever takes back an image must not be outvoted by a clock.
 */
export function withdrawalOf(
  results: readonly TrustedResult[],
  pass: Pick<TrustedResult, 'testedAtMs'> | undefined,
): TrustedResult | undefined {
  return results.find(
    (each) =>
      each.result.result === 'FAILED' &&
      (each.testedAtMs === undefined ||
        pass?.testedAtMs === undefined ||
        each.testedAtMs >= pass.testedAtMs),
  );
}

/** Provenances that somebody who is trusted signed. */
export function trustedProvenances(judged: readonly JudgedBundle[]): readonly JudgedBundle[] {
  return judged.filter(
    (each) =>
      isTrusted(each) &&
      each.bundle.statement.predicateType === predicateTypes.provenance &&
      provenanceSchema.safeParse(each.bundle.statement.predicate).success,
  );
}
