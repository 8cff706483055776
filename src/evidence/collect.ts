import { buffer } from 'node:stream/consumers';
import type { Digest } from '../kernel/digest.ts';
import { inBatches } from '../kernel/in-batches.ts';
import type { Manifest, Repository } from '../registry/contract.ts';
import { RegistryError } from '../registry/errors.ts';
import { isUniqueTagOf } from '../registry/referrer-tags.ts';
import { parseAttestationManifest } from './attestation-manifest.ts';
import { parseBundle, type ParsedBundle } from './bundle.ts';
import { EvidenceError } from './errors.ts';

/** A well-formed bundle about exactly the image that was asked for. Nobody has looked at its signature yet. */
export interface CollectedBundle extends ParsedBundle {
  /** Of the manifest that ties it to the image. */
  readonly attestation: Digest;
}

export interface Collected {
  readonly bundles: readonly CollectedBundle[];
  /** What calls itself evidence of this image and is not. */
  readonly rejected: readonly RejectedBundle[];
}

export interface RejectedBundle {
  /** A digest, or a tag where the registry names nothing better. */
  readonly attestation: string;
  /** A clause: "belongs to …". */
  readonly problem: string;
}

export interface CollectLimits {
  /** @default 500 */
  readonly attestations: number;
  /** Of all bundles together. @default 256 MiB */
  readonly totalBytes: number;
}

const defaultLimits: CollectLimits = { attestations: 500, totalBytes: 256 * 1024 ** 2 };
const AT_ONCE = 6;

/**
 * Everything that the registry has about an image: from the referrers API, the fallback tag and our own tags,
 * each manifest once. Listings are hints: only what hashes right and names this image is believed to be about it.
 * @throws {EvidenceError} EVIDENCE_EXCESSIVE when not all could be read
 */
export async function collectBundles(
  repository: Repository,
  subject: Digest,
  limits: Partial<CollectLimits> = {},
): Promise<Collected> {
  const { attestations, totalBytes } = { ...defaultLimits, ...limits };
  const references = await listReferences(repository, subject);
  if (references.length > attestations)
    throw excessive(repository, subject, `lists ${references.length} artifacts of`);
  const work: CollectWork = { repository, subject, totalBytes, readBytes: 0, seen: new Set() };
  const found = await inBatches(references, AT_ONCE, async (each) => await readOne(work, each));
  return {
    bundles: found.filter(
      (each): each is CollectedBundle => each !== undefined && 'statement' in each,
    ),
    rejected: found.filter(
      (each): each is RejectedBundle => each !== undefined && 'problem' in each,
    ),
  };
}

async function listReferences(repository: Repository, subject: Digest): Promise<readonly string[]> {
  const [referrers, tags] = await Promise.all([
    repository.manifests.referrers(subject),
    repository.tags.list(),
  ]);
  const own = tags.filter((tag) => isUniqueTagOf(tag, subject));
  return [...new Set([...referrers.map(({ digest }) => digest), ...own])];
}

interface CollectWork {
  readonly repository: Repository;
  readonly subject: Digest;
  readonly totalBytes: number;
  readBytes: number;
  /** A tag and a listing may name the same manifest. */
  readonly seen: Set<Digest>;
}

/** Absent for an artifact that is no evidence, and for one that was read already. */
async function readOne(
  work: CollectWork,
  reference: string,
): Promise<CollectedBundle | RejectedBundle | undefined> {
  const { repository, subject, seen } = work;
  const manifest = await tolerating(async () => await repository.manifests.read(reference));
  if (typeof manifest === 'string') return { attestation: reference, problem: manifest };
  if (manifest === undefined)
    return { attestation: reference, problem: 'is listed, and is not there' };
  if (seen.has(manifest.digest)) return undefined;
  seen.add(manifest.digest);
  const parsed = parseAttestationManifest(manifest, subject);
  if (parsed === undefined) return undefined;
  if (!parsed.ok) return { attestation: manifest.digest, problem: parsed.problem };
  return await readBundle(work, manifest, parsed.value.bundle);
}

async function readBundle(
  work: CollectWork,
  { digest: attestation }: Manifest,
  blob: { readonly digest: Digest; readonly sizeBytes: number },
): Promise<CollectedBundle | RejectedBundle> {
  const { repository, subject } = work;
  work.readBytes += blob.sizeBytes;
  if (work.readBytes > work.totalBytes)
    throw excessive(repository, subject, 'has more bytes of evidence than can be read about');
  const bytes = await tolerating(async () => {
    const contents = await repository.blobs.read(blob.digest, blob.sizeBytes);
    return contents && (await buffer(contents.stream));
  });
  if (typeof bytes === 'string') return { attestation, problem: bytes };
  if (bytes === undefined) return { attestation, problem: 'names a bundle that is not there' };
  const bundle = parseBundle(bytes);
  if (!bundle.ok) return { attestation, problem: `holds a bundle that ${bundle.problem}` };
  const about = bundle.value.statement.subject.digest;
  if (about !== subject) return { attestation, problem: `holds a statement about ${about}` };
  return { ...bundle.value, attestation };
}

/** Other bytes than its digest says, no manifest, or more than was announced. */
const FAULTS_OF_ARTIFACT = new Set(['DIGEST_MISMATCH', 'MANIFEST_INVALID', 'ANSWER_MALFORMED']);

/** What is wrong with one artifact is no reason to give up the others; a broken connection is. */
async function tolerating<Value>(work: () => Promise<Value>): Promise<Value | string> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    if (!FAULTS_OF_ARTIFACT.has(error.code)) throw error;
    return `cannot be used: ${error.message}`;
  }
}

function excessive(repository: Repository, subject: Digest, what: string): EvidenceError {
  return new EvidenceError(
    'EVIDENCE_EXCESSIVE',
    `${repository.address.repository} ${what} ${subject}`,
  );
}
