import type { Manifest, Repository } from '../registry/contract.ts';
import { ShipError } from './errors.ts';

/** Whether a registry holds evidence that allows a digest to carry a release tag. */
export interface Proof {
  readonly holds: boolean;
  readonly rules: readonly ProofRule[];
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

/**
 * Returns what allows the digest, in one clause.
 * @throws {ShipError} DIGEST_UNPROVEN with the first rule that does not hold
 */
export async function assertProven(
  repository: Repository,
  manifest: Manifest,
  lookup: ProofLookup,
): Promise<string> {
  const { holds, rules } = await lookup(repository, manifest);
  const broken = rules.find((rule) => !rule.holds);
  if (holds && broken === undefined)
    return rules.map(({ rule, message }) => `${rule}: ${message}`).join('; ');
  throw new ShipError(
    'DIGEST_UNPROVEN',
    `${repository.address.repository}@${manifest.digest} breaks the rule \`${broken?.rule ?? 'evidence'}\`: ${broken?.message ?? 'nothing proves it'}`,
    { details: { digest: manifest.digest, rule: broken?.rule } },
  );
}
