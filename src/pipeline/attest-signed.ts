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
import { propertiesOfPass } from '../evidence/verification-result.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Attestable, Attested } from './attestable.ts';
import { keepBundles, readKeptBundles } from './kept-evidence.ts';

interface Attesting extends Attestable {
  readonly signer: StatementSigner;
}

/**
 * Attaches signed statements and believes them only as the registry has them. Evidence of an earlier run for the
 * same digest and test plan is as good, and what was signed before is attached as it was.
 */
export async function attestSigned(
  attestable: Attestable,
  signer: StatementSigner,
): Promise<Attested> {
  const attesting = { ...attestable, signer };
  const { context } = attestable.shipment;
  const earlier = await findInRegistry(attesting);
  if (earlier.isEnough) return signedBy(signer, earlier.pass, 'an earlier run');
  const bundles =
    (earlier.isContradicted ? undefined : await ownBundles(attesting)) ??
    (await signStatements(attesting));
  return signedBy(signer, await attachAndVerify(attesting, bundles), `run ${context.runId}`);
}

interface Earlier {
  /** Whether everything is there, for this digest and this plan, and nobody took it back. */
  readonly isEnough: boolean;
  /** A test result of ours; absent for an image that nobody tested. */
  readonly pass?: TrustedResult | undefined;
  /** Whether somebody took the image back before it was tested anew: only new words count then. */
  readonly isContradicted: boolean;
}

async function findInRegistry(attesting: Attesting): Promise<Earlier> {
  const { shipment, subject, signer, types } = attesting;
  const collected = await collectBundles(shipment.repository, subject.digest);
  const judged = judgeSignatures(collected, signer.trust);
  const pass = passOf(attesting, judged);
  refuseWithdrawn(attesting, judged, pass);
  const results = trustedResults(judged);
  const isContradicted = results.some(({ result }) => result.result === 'FAILED');
  const isWhole = types.every((type) =>
    judged.some(({ bundle, signature }) => signature.ok && bundle.statement.predicateType === type),
  );
  const isEnough =
    isWhole &&
    (pass !== undefined || !isTested(attesting)) &&
    withdrawalOf(results, pass) === undefined;
  return { isEnough, pass, isContradicted };
}

function isTested({ suites }: Attesting): boolean {
  return suites.length > 0;
}

function passOf(attesting: Attesting, judged: readonly JudgedBundle[]): TrustedResult | undefined {
  if (!isTested(attesting)) return undefined;
  return trustedResults(judged).find((each) => isPass(each) && each.plan === attesting.place.plan);
}

/** An image that was taken back after its tests passed does not come back by the same tests, and by none not at all. */
function refuseWithdrawn(
  attesting: Attesting,
  judged: readonly JudgedBundle[],
  pass: TrustedResult | undefined,
): void {
  const { shipment, subject, suites } = attesting;
  const oldestMs = Math.min(...suites.map(({ testedAt }) => Date.parse(testedAt)));
  const own = isTested(attesting)
    ? { testedAtMs: Math.max(oldestMs, pass?.testedAtMs ?? 0) }
    : undefined;
  const withdrawal = withdrawalOf(trustedResults(judged), own);
  if (withdrawal === undefined) return;
  throw new EvidenceError(
    'EVIDENCE_REFUSED',
    `${subject.digest} was taken back in ${shipment.repository.address.repository}: ${withdrawal.result.failedTests.join(', ') || 'FAILED'}`,
    {
      hint: 'Build an image without the fault; this one comes back only by tests that pass from now on.',
    },
  );
}

/** What an earlier attempt signed and perhaps did not get attached. */
async function ownBundles({
  place,
  signer,
  types,
}: Attesting): Promise<readonly BundleToAttach[] | undefined> {
  const kept = await readKeptBundles(place);
  if (kept === undefined) return undefined;
  const isWhole = types.every((type) => kept.some((each) => each.predicateType === type));
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
  const { signer, place } = attesting;
  const { context } = attesting.shipment;
  const bundles: BundleToAttach[] = [];
  for (const { predicateType, text } of await attesting.makeStatements())
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
): Promise<TrustedResult | undefined> {
  const { subject } = attesting;
  const { context, step, repository } = attesting.shipment;
  const { digest } = subject;
  const details = { repository: repository.address.repository, digest };
  context.emit({ type: 'effect.intent', step: step.id, effect: 'attest', details });
  const attached = await attachBundles({
    repository,
    subject,
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
  attesting: Attesting,
  attached: readonly Digest[],
): Promise<TrustedResult | undefined> {
  const { shipment, subject, signer } = attesting;
  const { repository } = shipment;
  const { digest } = subject;
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
  const pass = passOf(attesting, judged);
  if (pass !== undefined || !isTested(attesting)) return pass;
  throw new EvidenceError(
    'EVIDENCE_REFUSED',
    `no evidence of ${digest} says that it passed this test plan`,
  );
}

function signedBy(signer: StatementSigner, pass: TrustedResult | undefined, by: string): Attested {
  const what = pass === undefined ? 'no test result' : `test result ${pass.bundle.attestation}`;
  return {
    isSigned: true,
    evidence: `${what} of ${by}, signed by ${signer.name}`,
    ...(pass === undefined
      ? {}
      : { verified: { properties: propertiesOfPass(pass), plan: pass.plan } }),
  };
}
