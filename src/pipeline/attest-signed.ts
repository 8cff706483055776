import { attachBundles } from '../evidence/attach.ts';
import type { BundleToAttach } from '../evidence/attestation-manifest.ts';
import { parseBundle } from '../evidence/bundle.ts';
import { collectBundles } from '../evidence/collect.ts';
import { EvidenceError } from '../evidence/errors.ts';
import {
  isPass,
  judgeSignatures,
  trustedResults,
  withdrawalOf,
  type JudgedBundle,
  type TrustedResult,
} from '../evidence/judged-evidence.ts';
import type { StatementSigner } from '../evidence/signer.ts';
import { predicateTypes } from '../evidence/statement.ts';
import type { TestedSuite } from '../evidence/test-result.ts';
import type { Digest } from '../kernel/digest.ts';
import { mediaTypes } from '../ship/packed-image.ts';
import { keepBundles, readKeptBundles, type EvidencePlace } from './kept-evidence.ts';
import { makeStatements, subjectOf, type Attested, type TestedImage } from './statements.ts';

export interface Attesting extends TestedImage {
  readonly suites: readonly TestedSuite[];
  readonly place: EvidencePlace;
  readonly signer: StatementSigner;
}

/**
 * Attaches signed statements and believes them only as the registry has them. Evidence of an earlier run for the
 * same digest and test plan is as good, and what was signed before is attached as it was.
 */
export async function attestSigned(attesting: Attesting): Promise<Attested> {
  const { context, signer } = attesting;
  const earlier = await findInRegistry(attesting);
  if (earlier.pass !== undefined) return signedBy(signer, earlier.pass, 'an earlier run');
  const bundles =
    (earlier.isContradicted ? undefined : await ownBundles(attesting)) ??
    (await signStatements(attesting));
  return signedBy(signer, await attachAndVerify(attesting, bundles), `run ${context.runId}`);
}

interface Earlier {
  /** A test result of ours, for this digest and this plan, that nobody took back. */
  readonly pass?: TrustedResult | undefined;
  /** Whether somebody took the image back before it was tested anew: only new words count then. */
  readonly isContradicted: boolean;
}

async function findInRegistry(attesting: Attesting): Promise<Earlier> {
  const { repository, packed, signer, place } = attesting;
  const collected = await collectBundles(repository, packed.manifest.digest);
  const judged = judgeSignatures(collected, signer.trust);
  const pass = passOf(judged, place.plan);
  refuseWithdrawn(attesting, judged, pass);
  const results = trustedResults(judged);
  const isContradicted = results.some(({ result }) => result.result === 'FAILED');
  const isWhole = requiredTypes.every((type) =>
    judged.some(({ bundle, signature }) => signature.ok && bundle.statement.predicateType === type),
  );
  return isWhole && withdrawalOf(results, pass) === undefined
    ? { pass, isContradicted }
    : { isContradicted };
}

const requiredTypes: readonly string[] = Object.values(predicateTypes);

function passOf(judged: readonly JudgedBundle[], plan: Digest): TrustedResult | undefined {
  return trustedResults(judged).find((each) => isPass(each) && each.plan === plan);
}

/** An image that was taken back after its tests passed does not come back by the same tests. */
function refuseWithdrawn(
  { repository, packed, suites }: Attesting,
  judged: readonly JudgedBundle[],
  pass: TrustedResult | undefined,
): void {
  const oldestMs = Math.min(...suites.map(({ testedAt }) => Date.parse(testedAt)));
  const own = { testedAtMs: Math.max(oldestMs, pass?.testedAtMs ?? 0) };
  const withdrawal = withdrawalOf(trustedResults(judged), own);
  if (withdrawal === undefined) return;
  throw new EvidenceError(
    'EVIDENCE_REFUSED',
    `${packed.manifest.digest} was taken back in ${repository.address.repository}: ${withdrawal.result.failedTests.join(', ') || 'FAILED'}`,
    {
      hint: 'Build an image without the fault; this one comes back only by tests that pass from now on.',
    },
  );
}

/** What an earlier attempt signed and perhaps did not get attached. */
async function ownBundles({
  place,
  signer,
}: Attesting): Promise<readonly BundleToAttach[] | undefined> {
  const kept = await readKeptBundles(place);
  if (kept === undefined) return undefined;
  const isWhole = requiredTypes.every((type) => kept.some((each) => each.predicateType === type));
  const owned = await Promise.all(kept.map(async (each) => await isOwn(each, { place, signer })));
  return isWhole && owned.every(Boolean) ? kept : undefined;
}

async function isOwn(
  { bundle, predicateType }: BundleToAttach,
  { place, signer }: Pick<Attesting, 'place' | 'signer'>,
): Promise<boolean> {
  const parsed = parseBundle(Buffer.from(bundle));
  return (
    parsed.ok &&
    parsed.value.statement.predicateType === predicateType &&
    parsed.value.statement.subject.digest === place.digest &&
    (await signer.recognizes(parsed.value))
  );
}

async function signStatements(attesting: Attesting): Promise<readonly BundleToAttach[]> {
  const { context, signer, place, suites } = attesting;
  const statements = await makeStatements(attesting, subjectOf(attesting), suites);
  const bundles: BundleToAttach[] = [];
  for (const { predicateType, text } of statements)
    bundles.push({
      predicateType,
      bundle: await signer.sign(text),
      createdAt: context.clock.now().toISOString(),
    });
  await keepBundles(place, bundles);
  return bundles;
}

async function attachAndVerify(
  attesting: Attesting,
  bundles: readonly BundleToAttach[],
): Promise<TrustedResult> {
  const { context, step, repository, packed } = attesting;
  const { digest, sizeBytes } = packed.manifest;
  const details = { repository: repository.address.repository, digest };
  context.emit({ type: 'effect.intent', step: step.id, effect: 'attest', details });
  const attached = await attachBundles({
    repository,
    subject: { mediaType: mediaTypes.manifest, digest, size: sizeBytes },
    bundles,
    signal: context.signal,
    onNotice: (message) => context.emit({ type: 'notice', step: step.id, message }),
  });
  const result = await verifyInRegistry(attesting, attached);
  context.emit({
    type: 'effect.done',
    step: step.id,
    effect: 'attest',
    details: { ...details, attestations: attached },
  });
  return result;
}

/** From the registry's copy, never from memory: what others will see is what counts. */
async function verifyInRegistry(
  { repository, packed, signer, place }: Attesting,
  attached: readonly Digest[],
): Promise<TrustedResult> {
  const { digest } = packed.manifest;
  const collected = await collectBundles(repository, digest);
  const judged = judgeSignatures(collected, signer.trust);
  for (const attestation of attached) {
    const found = judged.find(({ bundle }) => bundle.attestation === attestation);
    const rejected = collected.rejected.find((each) => each.attestation === attestation);
    if (found === undefined && rejected === undefined)
      throw new EvidenceError(
        'EVIDENCE_LOST',
        `${repository.address.repository} took the evidence ${attestation} of ${digest} and does not list it`,
      );
    const problem = found?.signature.ok === false ? found.signature.problem : rejected?.problem;
    if (problem !== undefined)
      throw new EvidenceError(
        'EVIDENCE_REFUSED',
        `the evidence ${attestation} of ${digest} ${problem}`,
      );
  }
  const pass = passOf(judged, place.plan);
  if (pass !== undefined) return pass;
  throw new EvidenceError(
    'EVIDENCE_REFUSED',
    `no evidence of ${digest} says that it passed this test plan`,
  );
}

function signedBy(signer: StatementSigner, pass: TrustedResult, by: string): Attested {
  return {
    isSigned: true,
    evidence: `test result ${pass.bundle.attestation} of ${by}, signed by ${signer.name}`,
  };
}
