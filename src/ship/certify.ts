import { attachBundles } from '../evidence/attach.ts';
import { collectBundles } from '../evidence/collect.ts';
import { EvidenceError } from '../evidence/errors.ts';
import { trustedVerifications } from '../evidence/judge-verified.ts';
import { judgeSignatures } from '../evidence/judged-evidence.ts';
import type { StatementSigner } from '../evidence/signer.ts';
import { predicateTypes, renderStatement } from '../evidence/statement.ts';
import { toVerificationResult } from '../evidence/verification-result.ts';
import type { Clock } from '../host/clock.ts';
import type { Digest } from '../kernel/digest.ts';
import { listsVerification } from './lists-verification.ts';
import { promotionRecordSchema, type PromotionRecord } from './promotion-record.ts';
import type { Promotion, PromotionRequest } from './promotion.ts';
import type { Verified } from './proof.ts';

export interface CertifyOptions {
  readonly signer: StatementSigner;
  readonly verified: Verified;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * After tags were moved and read back: attaches to the digest, signed, what it was found to be and where it was promoted
 * to, so that whoever deploys it needs one small statement. It is believed only as the registry has it. One run says it
 * once, and a run that moved nothing says it only where nobody has.
 * @throws {EvidenceError} EVIDENCE_LOST, EVIDENCE_REFUSED, SIGNING_FAILED; the tags stay where they are
 */
export async function certify(
  request: PromotionRequest,
  promotion: Promotion,
  options: CertifyOptions,
): Promise<void> {
  const { repository, manifest, journal } = request;
  const { signer, verified, clock, signal } = options;
  const { moved, kept } = promotion;
  if (verified.properties.length === 0 || moved.length + kept.length === 0) return;
  if (await isSaid(request, promotion, options)) return;
  const at = clock.now().toISOString();
  const predicateType = predicateTypes.verification;
  const statement = renderStatement({
    subject: { name: repository.address.repository, digest: manifest.digest },
    predicateType,
    predicate: toVerificationResult({
      ...verified,
      at,
      promotion: {
        ...request.record,
        schema: 'seatrial.promotion/1',
        at,
        tags: moved.map(({ tag, from }) => ({ tag, from })),
      } satisfies PromotionRecord,
    }),
  });
  const bundle = { predicateType, bundle: await signer.sign(statement), createdAt: at };
  // Never signed twice: what fails from here on, the next run finds missing, and says in words of its own.
  const effect = { kind: 'verification', digest: manifest.digest } as const;
  journal.intent(effect);
  const attested = await attachBundles({
    repository,
    subject: {
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.bytes.length,
    },
    bundles: [bundle],
    signal,
    onNotice: (message) => journal.notice(message),
  });
  await assertReadBack(request, attested, signer);
  journal.done({ ...effect, attestations: attested });
}

async function isSaid(
  { repository, manifest, record }: PromotionRequest,
  { moved }: Promotion,
  { signer, verified }: CertifyOptions,
): Promise<boolean> {
  if (moved.length > 0 && !(await listsVerification(repository, manifest.digest))) return false;
  const judged = judgeSignatures(await collectBundles(repository, manifest.digest), signer.trust);
  return trustedVerifications(judged).some(({ result }) => {
    const promoted = promotionRecordSchema.safeParse(result.seatrialPromotion).data;
    const isOwn = promoted?.runId === record.runId;
    const saysAll = verified.properties.every((each) => result.properties.includes(each));
    return isOwn || (moved.length === 0 && saysAll);
  });
}

/** From the registry's copy: what others will see is what counts. */
async function assertReadBack(
  { repository, manifest }: PromotionRequest,
  attested: readonly Digest[],
  signer: StatementSigner,
): Promise<void> {
  const collected = await collectBundles(repository, manifest.digest);
  const judged = judgeSignatures(collected, signer.trust);
  const hint = 'Tags have moved and stay. Deploy again: what is missing will be attached.';
  for (const attestation of attested) {
    const found = judged.find(({ bundle }) => bundle.attestation === attestation);
    if (found?.signature.ok === true) continue;
    const rejected = collected.rejected.find((each) => each.attestation === attestation);
    const problem = found?.signature.ok === false ? found.signature.problem : rejected?.problem;
    const what = `the verification result ${attestation} of ${manifest.digest}`;
    if (problem !== undefined)
      throw new EvidenceError('EVIDENCE_REFUSED', `${what} ${problem}`, { hint });
    throw new EvidenceError(
      'EVIDENCE_LOST',
      `${repository.address.repository} took ${what} and does not list it`,
      { hint },
    );
  }
}
