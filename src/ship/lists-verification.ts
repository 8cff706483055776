import { predicateTypes } from '../evidence/statement.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Repository } from '../registry/contract.ts';

/** As cosign writes it. */
const PREDICATE_TYPE = 'dev.sigstore.bundle.predicateType';

/** Whether the registry lists a verification result of the digest, whoever made it. Cheap, and no proof. */
export async function listsVerification(repository: Repository, digest: Digest): Promise<boolean> {
  const referrers = await repository.manifests.referrers(digest);
  return referrers.some(
    ({ annotations }) => annotations?.[PREDICATE_TYPE] === predicateTypes.verification,
  );
}
