import type { Manifest, Repository } from '../registry/contract.ts';
import { ShipError } from './errors.ts';

/** Whether a registry holds evidence that allows a digest to carry a release tag. */
export interface Proof {
  readonly holds: boolean;
  readonly rules: readonly ProofRule[];
  /** What the evidence says besides. Absent when that was not looked at. */
  readonly verified?: Verified | undefined;
}

/** What was found of the digest before its tags moved. */
export interface Verified {
  /** Empty when there is nothing to say. */
  readonly properties: readonly string[];
  /** Digest of the test plan, where the test result says it. */
  readonly plan?: string | undefined;
}

export interface ProofRule {
  /** `tested`, `suite:behaviour`, `max-age`. */
  readonly rule: string;
  readonly holds: boolean;
  /** One sentence: what was found. */
  readonly message: string;
}

/** Asks the registry, every time: what is there now counts. What is in an index, only its manifest says. */
export type ProofLookup = (repository: Repository, manifest: Manifest) => Promise<Proof>;

export interface Proven {
  /** What allows the digest, in one clause. */
  readonly evidence: string;
  readonly verified?: Verified | undefined;
}

/**
 * @throws {ShipError} DIGEST_UNPROVEN with the first rule that does not hold
 */
export async function assertProven(
  repository: Repository,
  manifest: Manifest,
  lookup: ProofLookup,
): Promise<Proven> {
  const { holds, rules, verified } = await lookup(repository, manifest);
  const broken = rules.find((rule) => !rule.holds);
  if (holds && broken === undefined)
    return {
      evidence: rules.map(({ rule, message }) => `${rule}: ${message}`).join('; '),
      verified,
    };
  throw new ShipError(
    'DIGEST_UNPROVEN',
    `${repository.address.repository}@${manifest.digest} breaks the rule \`${broken?.rule ?? 'evidence'}\`: ${broken?.message ?? 'nothing proves it'}`,
    { details: { digest: manifest.digest, rule: broken?.rule } },
  );
}
