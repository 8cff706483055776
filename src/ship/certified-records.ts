import { collectBundles } from '../evidence/collect.ts';
import { predicateTypes } from '../evidence/statement.ts';
import { verificationResultSchema } from '../evidence/verification-result.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Repository } from '../registry/contract.ts';
import { promotionRecordSchema, type KeptRecord } from './promotion-record.ts';

/**
 * What verification results tell of moves to the digest, oldest first: they carry the record of the promotion that they
 * were made for. Nobody looks at their signatures here, as nobody signs a record: both say what happened, and prove
 * nothing.
 * @throws {EvidenceError} EVIDENCE_EXCESSIVE
 */
export async function readCertifiedRecords(
  repository: Repository,
  to: Digest,
): Promise<readonly KeptRecord[]> {
  const { bundles } = await collectBundles(repository, to);
  return bundles
    .filter(({ statement }) => statement.predicateType === predicateTypes.verification)
    .flatMap(({ statement }): KeptRecord[] => {
      const result = verificationResultSchema.safeParse(statement.predicate).data;
      const record = promotionRecordSchema.safeParse(result?.seatrialPromotion).data;
      return record === undefined ? [] : [{ ...record, to }];
    })
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
