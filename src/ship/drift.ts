import { EvidenceError } from '../evidence/errors.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Repository } from '../registry/contract.ts';
import type { Proof, ProofLookup } from './proof.ts';
import { readTagHistory } from './tag-history.ts';

/** A tag as it is, held beside what should be. */
export interface TagDrift {
  readonly tag: string;
  readonly digest: Digest;
  /** `foreign`: no promotion on record led there. `unproven`: no valid evidence for the digest. */
  readonly findings: readonly DriftFinding[];
}

export interface DriftFinding {
  readonly kind: 'foreign' | 'unproven';
  /** One sentence. */
  readonly message: string;
}

/** Every tag of a repository, with what is wrong about it. Evidence is not judged when there is no lookup. */
export async function findDrift(
  repository: Repository,
  lookup: ProofLookup | undefined,
  known: readonly Digest[] = [],
): Promise<readonly TagDrift[]> {
  const histories = await readTagHistory(repository, { known });
  const proofs = new Map<Digest, Promise<Proof>>();
  const prove = async (digest: Digest): Promise<Proof | undefined> => {
    if (lookup === undefined) return undefined;
    const proof = proofs.get(digest) ?? proveDigest(repository, digest, lookup);
    proofs.set(digest, proof);
    return await proof;
  };
  const found: TagDrift[] = [];
  for (const { tag, digest, isExplained, moves } of histories) {
    if (digest === null) continue;
    const problem = problemOf(await prove(digest));
    const last = moves.findLast(({ state }) => state !== 'undone');
    found.push({
      tag,
      digest,
      findings: [
        ...(isExplained ? [] : [{ kind: 'foreign', message: foreignSentence(last) } as const]),
        ...(problem === undefined ? [] : [{ kind: 'unproven', message: problem } as const]),
      ],
    });
  }
  return found;
}

async function proveDigest(
  repository: Repository,
  digest: Digest,
  lookup: ProofLookup,
): Promise<Proof> {
  const manifest = await repository.manifests.read(digest);
  if (manifest === undefined)
    throw new EvidenceError('SUBJECT_UNKNOWN', `${repository.address.repository} has no ${digest}`);
  return await lookup(repository, manifest);
}

function problemOf(proof: Proof | undefined): string | undefined {
  if (proof === undefined) return undefined;
  const broken = proof.rules.find(({ holds }) => !holds);
  if (broken !== undefined) return `${broken.rule}: ${broken.message}`;
  return proof.holds ? undefined : 'nothing proves it';
}

function foreignSentence(
  last: { readonly to: Digest; readonly runId: string } | undefined,
): string {
  return last === undefined
    ? 'no promotion of it is on record'
    : `somebody moved it after run ${last.runId} had moved it to ${last.to}`;
}
