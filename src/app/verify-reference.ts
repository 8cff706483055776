import { EvidenceError } from '../evidence/errors.ts';
import type { JudgedPlatform } from '../evidence/platform-state.ts';
import type { Evaluation } from '../evidence/evaluate.ts';
import { judgeManifest } from '../evidence/judge-manifest.ts';
import { nameOfSigner, type JudgedBundle } from '../evidence/judged-evidence.ts';
import { verificationResultSchema } from '../evidence/verification-result.ts';
import { nameOfType, predicateTypes, type Statement } from '../evidence/statement.ts';
import { factsOfTestResult, testResultSchema } from '../evidence/test-result.ts';
import { shortDigest, type Digest } from '../kernel/digest.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { createStyle } from '../report/style.ts';
import { cleanLine } from '../report/terminal-text.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';
import { parseRemoteImage } from './promote-digest.ts';
import { findPolicy, type ProofRequest } from './proof-request.ts';

export interface VerifyRequest {
  /** `host/name@sha256:…`, or `host/name:tag`. */
  readonly ref: string;
  readonly proof: ProofRequest;
}

export interface Verification {
  readonly ref: string;
  /** `host/name`. */
  readonly repository: string;
  /** What the reference means now. */
  readonly digest: Digest;
  readonly holds: boolean;
  /** Present for an index: each image in it, and whether it was tested. */
  readonly platforms?: readonly JudgedPlatform[] | undefined;
  readonly rules: Evaluation['rules'];
  /** Everything that is about the digest, believed or not. */
  readonly evidence: readonly VerifiedEvidence[];
  /** What calls itself evidence of the digest and is not. */
  readonly rejected: readonly { readonly attestation: string; readonly problem: string }[];
}

export interface VerifiedEvidence {
  /** Digest of the attestation in the repository. */
  readonly attestation: Digest;
  /** `test-result`, `provenance`, `sbom`, `verification-result`, or a URI. */
  readonly type: string;
  /** Null when nobody trusted signed it; `problem` then says why not. */
  readonly signer: string | null;
  readonly problem: string | null;
  /** Of a trusted test result. */
  readonly result?: string | undefined;
  readonly testedAt?: string | undefined;
  readonly plan?: string | undefined;
  /** Of a trusted verification result: who verified, when, and what was found. */
  readonly verifier?: string | undefined;
  readonly verifiedAt?: string | undefined;
  readonly properties?: readonly string[] | undefined;
}

/**
 * Judges what a registry has about an image, by a policy or by keys. Needs neither engine nor project.
 * @throws {CommandError} OPTION_INVALID
 * @throws {EvidenceError} SUBJECT_UNKNOWN, EVIDENCE_EXCESSIVE, KEY_INVALID
 * @throws {RegistryError} when the registry cannot be asked
 */
export async function verifyReference(
  host: AppHost,
  request: VerifyRequest,
): Promise<Verification> {
  const { repository: name, reference } = parseRemoteImage(request.ref);
  const policy = await findPolicy(host, request.proof);
  if (policy === undefined)
    throw new CommandError('OPTION_INVALID', 'nobody is trusted, so nothing can be verified', {
      hint: 'Give `--key` or `--policy`, or set `SEATRIAL_KEY`.',
    });
  await using repository = openRepository({
    repository: name,
    env: host.env,
    signal: host.signal,
    onWarning: (message) => host.stderr.write(`${message}\n`),
  });
  const manifest = await repository.manifests.read(reference);
  if (manifest === undefined)
    throw new EvidenceError('SUBJECT_UNKNOWN', `${name} has no ${reference}`);
  const by = { policy, now: host.clock.now() };
  const { holds, rules, judged, platforms, rejected } = await judgeManifest(
    repository,
    manifest,
    by,
  );
  return {
    ref: request.ref,
    repository: name,
    digest: manifest.digest,
    holds,
    ...(platforms === undefined ? {} : { platforms }),
    rules,
    evidence: judged.map(toEvidence),
    rejected,
  };
}

function toEvidence(judged: JudgedBundle): VerifiedEvidence {
  const { bundle, signature } = judged;
  const { predicateType, predicate } = bundle.statement;
  const common = { attestation: bundle.attestation, type: nameOfType(predicateType) };
  if (!signature.ok) return { ...common, signer: null, problem: signature.problem };
  const result =
    predicateType === predicateTypes.testResult
      ? testResultSchema.safeParse(predicate).data
      : undefined;
  return {
    ...common,
    signer: nameOfSigner(judged),
    problem: null,
    ...(result === undefined ? {} : { result: result.result, ...factsOfTestResult(result) }),
    ...factsOfVerification(bundle.statement),
  };
}

function factsOfVerification({
  predicateType,
  predicate,
}: Pick<Statement, 'predicateType' | 'predicate'>): Pick<
  VerifiedEvidence,
  'verifier' | 'verifiedAt' | 'properties'
> {
  if (predicateType !== predicateTypes.verification) return {};
  const result = verificationResultSchema.safeParse(predicate).data;
  if (result === undefined) return {};
  const { verifier, timeCreated, properties } = result;
  return { verifier: verifier.id, verifiedAt: timeCreated, properties };
}

/** Text for people, or one JSON object of schema `seatrial.verify/1`. */
export function renderVerification(
  host: AppHost,
  verification: Verification,
  format: 'text' | 'json',
): string {
  if (format === 'json')
    return `${JSON.stringify({ schema: 'seatrial.verify/1', ...verification }, null, 2)}\n`;
  const { repository, digest, holds, rules, evidence, rejected, platforms = [] } = verification;
  const { symbols, good, bad, strong, faint, warning } = createStyle({
    env: host.env,
    isTty: host.stdout.isTTY === true,
  });
  const mark = (isGood: boolean): string => (isGood ? good(symbols.pass) : bad(symbols.fail));
  const paintOf = { tested: good, untested: warning, withdrawn: bad, uncovered: bad } as const;
  const width = Math.max(...rules.map(({ rule }) => rule.length));
  return [
    `${mark(holds)} ${strong(`${repository}@${digest}`)} ${holds ? 'holds' : 'does not hold'}`,
    ...platforms.map(
      ({ platform, digest: child, state, message }) =>
        `  ${paintOf[state](cleanLine(`${platform} ${shortDigest(child)} ${message}`))}`,
    ),
    ...rules.map(
      (each) => `  ${mark(each.holds)} ${each.rule.padEnd(width)}  ${cleanLine(each.message)}`,
    ),
    ...evidence.map((each) => faint(`  ${cleanLine(lineOf(each))}`)),
    ...rejected.map((each) => faint(`  ${cleanLine(`${each.attestation} ${each.problem}`)}`)),
    '',
  ].join('\n');
}

function lineOf(evidence: VerifiedEvidence): string {
  const { attestation, type, signer, problem, testedAt, verifiedAt } = evidence;
  if (signer === null) return `${type} ${attestation} ${problem}`;
  const tested = testedAt === undefined ? '' : `, tested at ${testedAt}`;
  const verified = verifiedAt === undefined ? '' : `, verified at ${verifiedAt}`;
  return `${type} ${attestation} by ${signer}${tested}${verified}`;
}
