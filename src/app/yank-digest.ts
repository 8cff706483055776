import { attachBundles } from '../evidence/attach.ts';
import { collectBundles } from '../evidence/collect.ts';
import { EvidenceError } from '../evidence/errors.ts';
import { judgeSignatures } from '../evidence/judged-evidence.ts';
import { loadSigner } from '../evidence/load-signer.ts';
import type { StatementSigner } from '../evidence/signer.ts';
import { predicateTypes, renderStatement } from '../evidence/statement.ts';
import { toWithdrawal } from '../evidence/test-result.ts';
import type { Digest } from '../kernel/digest.ts';
import { isReservedTag } from '../kernel/reserved-tags.ts';
import type { Repository } from '../registry/contract.ts';
import { cleanLine } from '../report/terminal-text.ts';
import type { HandWork } from '../ship/promote-by-hand.ts';
import { readTagHeads } from '../ship/tag-heads.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';
import { runByHand } from './hand-run.ts';
import { parseRemoteImage } from './promote-digest.ts';
import { proveNothing } from './proof-request.ts';

/** Longer reasons belong into an issue that this one names. */
const MOST_REASON_CHARACTERS = 200;

export interface YankRequest {
  /** `host/name@sha256:…`, or `host/name:tag`. */
  readonly ref: string;
  readonly reason: string;
}

export interface YankedImage {
  /** `host/name`. */
  readonly repository: string;
  readonly digest: Digest;
  /** Digest of the signed statement in the repository. */
  readonly attestation: Digest;
  readonly signer: string;
  readonly reason: string;
  /** Tags that still point to the image. */
  readonly tags: readonly string[];
}

/**
 * Signs that an image failed, whatever it passed before, and attaches that to it. Tags stay.
 * @throws {CommandError} OPTION_INVALID
 * @throws {EvidenceError} SUBJECT_UNKNOWN, KEY_INVALID, SIGNING_FAILED, EVIDENCE_LOST
 * @throws {RegistryError} when the registry cannot be asked
 */
export async function yankReference(host: AppHost, request: YankRequest): Promise<YankedImage> {
  const { repository, reference } = parseRemoteImage(request.ref);
  const reason = readReason(request.reason);
  const signer = await loadSigner(host.env, host.cwd);
  if (signer === undefined)
    throw new CommandError('OPTION_INVALID', 'nobody is here to sign that the image failed', {
      hint: 'Set `SEATRIAL_KEY` to the private key whose public half is trusted.',
    });
  const run = { command: 'yank', repository, prove: proveNothing };
  return await runByHand(host, run, async (work, emit) => {
    const manifest = await work.repository.manifests.read(reference);
    if (manifest === undefined)
      throw new EvidenceError('SUBJECT_UNKNOWN', `${repository} has no ${reference}`);
    const details = { repository, digest: manifest.digest };
    const step = `ship:${repository}`;
    emit({ type: 'effect.intent', step, effect: 'attest', details });
    const attestation = await attachWithdrawal(work, signer, {
      subject: {
        mediaType: manifest.mediaType,
        digest: manifest.digest,
        size: manifest.bytes.length,
      },
      reason,
      version: host.version,
      onNotice: (message) => emit({ type: 'notice', step, message }),
    });
    const attestations = [attestation];
    emit({ type: 'effect.done', step, effect: 'attest', details: { ...details, attestations } });
    const tags = await tagsAt(work.repository, manifest.digest);
    return { ...details, attestation, signer: signer.name, reason, tags };
  });
}

interface Withdrawal {
  readonly subject: Parameters<typeof attachBundles>[0]['subject'];
  readonly reason: string;
  readonly version: string;
  readonly onNotice: (message: string) => void;
}

async function attachWithdrawal(
  { repository, runId, url, clock, signal }: HandWork,
  signer: StatementSigner,
  { subject, reason, version, onNotice }: Withdrawal,
): Promise<Digest> {
  const at = clock.now().toISOString();
  const predicateType = predicateTypes.testResult;
  const statement = renderStatement({
    subject: { name: repository.address.repository, digest: subject.digest },
    predicateType,
    predicate: toWithdrawal({ reason, at, tool: { version }, run: { id: runId, url } }),
  });
  const bundle = { predicateType, bundle: await signer.sign(statement), createdAt: at };
  const attached = await attachBundles({
    repository,
    subject,
    bundles: [bundle],
    signal,
    onNotice,
  });
  const judged = judgeSignatures(await collectBundles(repository, subject.digest), signer.trust);
  const readBack = judged.find(
    ({ bundle: found, signature }) => signature.ok && attached.includes(found.attestation),
  );
  if (readBack !== undefined) return readBack.bundle.attestation;
  throw new EvidenceError(
    'EVIDENCE_LOST',
    `${repository.address.repository} took the statement against ${subject.digest} and does not list it`,
  );
}

async function tagsAt(repository: Repository, digest: Digest): Promise<readonly string[]> {
  const tags = (await repository.tags.list()).filter((tag) => !isReservedTag(tag));
  const heads = await readTagHeads(repository, tags);
  return tags.filter((tag) => heads.get(tag)?.digest === digest);
}

/** @throws {CommandError} OPTION_INVALID */
function readReason(text: string): string {
  const reason = cleanLine(text).trim();
  if (reason.length > 0 && reason.length <= MOST_REASON_CHARACTERS) return reason;
  throw new CommandError(
    'OPTION_INVALID',
    `--reason takes one to ${String(MOST_REASON_CHARACTERS)} characters, not ${String(reason.length)}`,
  );
}

/** Text for people, or one JSON object of schema `seatrial.yank/1`. */
export function renderYanked(yanked: YankedImage, format: 'text' | 'json'): string {
  if (format === 'json')
    return `${JSON.stringify({ schema: 'seatrial.yank/1', ...yanked }, null, 2)}\n`;
  const { repository, digest, reason, signer, tags } = yanked;
  return [
    `${repository}@${digest} is taken back: ${reason}`,
    `  signed by ${cleanLine(signer)}`,
    ...tags.map((tag) => `  still at ${tag}: seatrial rollback ${repository}:${tag}`),
    '',
  ].join('\n');
}
