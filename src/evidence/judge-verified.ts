import { isTrusted, nameOfSigner, type JudgedBundle, type RuleVerdict } from './judged-evidence.ts';
import type { Policy } from './policy.ts';
import { predicateTypes } from './statement.ts';
import { verificationResultSchema, type VerificationResult } from './verification-result.ts';

/** A verification result that somebody who is trusted signed. */
export interface TrustedVerification extends JudgedBundle {
  readonly result: VerificationResult;
  readonly createdAtMs: number;
}

/** Newest first. */
export function trustedVerifications(
  judged: readonly JudgedBundle[],
): readonly TrustedVerification[] {
  return judged
    .filter(isTrusted)
    .flatMap((each): readonly TrustedVerification[] => {
      const { predicateType, predicate } = each.bundle.statement;
      if (predicateType !== predicateTypes.verification) return [];
      const result = verificationResultSchema.safeParse(predicate).data;
      return result === undefined
        ? []
        : [{ ...each, result, createdAtMs: Date.parse(result.timeCreated) }];
    })
    .toSorted((a, b) => b.createdAtMs - a.createdAtMs);
}

/** How far a signer's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** The rule `verified`, when the policy has it: one that fits is enough, else the newest tells what is missing. */
export function verifiedRules(
  judged: readonly JudgedBundle[],
  { policy, now }: { readonly policy: Policy; readonly now: Date },
): readonly RuleVerdict[] {
  const { verified, max_age: maxAgeMs } = policy.rules;
  if (verified === undefined) return [];
  const found = trustedVerifications(judged);
  const verdicts = found.map((each) => ({
    each,
    problem: problemOf(each, { verified, maxAgeMs, now }),
  }));
  const best = verdicts.find(({ problem }) => problem === undefined) ?? verdicts[0];
  const rule = 'verified';
  if (best === undefined)
    return [{ rule, holds: false, message: 'no trusted verification result is about this digest' }];
  const { each, problem } = best;
  if (problem !== undefined) return [{ rule, holds: false, message: problem }];
  const { properties, timeCreated } = each.result;
  const message = `${properties.join(', ')}, says ${nameOfSigner(each)} at ${timeCreated}`;
  return [{ rule, holds: true, message }];
}

/** One clause; absent when everything is as it should be. */
function problemOf(
  { result, createdAtMs }: TrustedVerification,
  wanted: {
    readonly verified: NonNullable<Policy['rules']['verified']>;
    readonly maxAgeMs: number | undefined;
    readonly now: Date;
  },
): string | undefined {
  const { verified, maxAgeMs, now } = wanted;
  const { verifier, properties, timeCreated } = result;
  if (!verified.by.includes(verifier.id)) return `the newest is of the verifier ${verifier.id}`;
  const missing = verified.properties.filter((each) => !properties.includes(each));
  if (missing.length > 0) return `the newest does not say ${missing.join(', ')}`;
  const ageMs = now.getTime() - createdAtMs;
  if (ageMs < -CLOCK_SKEW_MS) return `the newest is from the future: ${timeCreated}`;
  if (maxAgeMs !== undefined && ageMs > maxAgeMs)
    return `the newest is of ${timeCreated}, which is too long ago`;
  return undefined;
}
