import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Digest } from '../kernel/digest.ts';
import type { Descriptor, Repository } from '../registry/contract.ts';
import { isIndexType, OCI_INDEX } from '../registry/media-types.ts';
import {
  fallbackTag,
  isUniqueTagOf,
  parseAttestationManifest,
  referrerOf,
  uniqueTag,
} from './attestation-manifest.ts';

export interface FallbackOptions {
  readonly repository: Repository;
  readonly signal: AbortSignal;
  /** Told when others cannot find the evidence although we can. */
  readonly onNotice: (message: string) => void;
  /** How long to go on when other writers interfere. @default 60 seconds */
  readonly deadlineMs?: number | undefined;
}

const DEFAULT_DEADLINE_MS = 60_000;
const MOST_PAUSE_MS = 400;

/**
 * For registries without the referrers API. Each attestation first gets a tag of its own, which nobody else
 * writes; then the index that all clients share is made to hold whatever these tags name. Nothing on the way
 * can be compared and swapped, so whoever writes the index reads tags and index again until both agree: the
 * writer that comes last thereby sees the tags of all that came before it.
 */
export async function listInFallback(
  subject: Digest,
  attestations: readonly Digest[],
  options: FallbackOptions,
): Promise<void> {
  const { repository, signal } = options;
  const known = new Map<string, Descriptor | undefined>();
  for (const digest of attestations) {
    const manifest = await repository.manifests.read(digest);
    if (manifest === undefined) continue;
    const reference = uniqueTag(subject, digest);
    await repository.manifests.put({ ...manifest, reference });
    known.set(reference, referrerOf(manifest));
  }
  const endsAtMs = performance.now() + (options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  for (let round = 0; ; round += 1) {
    const index = await readIndex(repository, subject);
    if (index === 'foreign') {
      options.onNotice(
        `${repository.address.repository}:${fallbackTag(subject)} is no index of referrers, so it was left as it is, and other tools do not find the evidence`,
      );
      return;
    }
    const entries = await namedByTags(subject, repository, known);
    const missing = entries.filter((entry) => !index.digests.has(entry.digest));
    if (missing.length === 0) return;
    if (performance.now() > endsAtMs) {
      options.onNotice(
        `${repository.address.repository}:${fallbackTag(subject)} keeps being overwritten, so other tools may not find all evidence`,
      );
      return;
    }
    // The first to come need not wait; those who meet spread out.
    if (round > 0)
      await delay(Math.random() * Math.min(MOST_PAUSE_MS, 25 * 2 ** round), undefined, { signal });
    await repository.manifests.put({
      bytes: renderIndex([...index.entries, ...missing]),
      mediaType: OCI_INDEX,
      reference: fallbackTag(subject),
      isContested: true,
    });
  }
}

/** Our own tags, each read once: what one names does not change. */
async function namedByTags(
  subject: Digest,
  repository: Repository,
  known: Map<string, Descriptor | undefined>,
): Promise<readonly Descriptor[]> {
  const tags = (await repository.tags.list()).filter((tag) => isUniqueTagOf(tag, subject));
  const unread = tags.filter((tag) => !known.has(tag));
  await Promise.all(
    unread.map(async (tag) => {
      const manifest = await repository.manifests.read(tag);
      const isOurs = manifest && parseAttestationManifest(manifest, subject)?.ok === true;
      known.set(tag, isOurs ? referrerOf(manifest) : undefined);
    }),
  );
  return [...known.values()].filter((entry) => entry !== undefined);
}

/** Entries of others are carried as they are, whatever they hold. */
const indexSchema = z.looseObject({ manifests: z.array(z.looseObject({ digest: z.string() })) });
type IndexEntry = Descriptor | z.infer<typeof indexSchema>['manifests'][number];

interface ReferrersIndex {
  readonly entries: readonly IndexEntry[];
  readonly digests: ReadonlySet<string>;
}

async function readIndex(
  repository: Repository,
  subject: Digest,
): Promise<ReferrersIndex | 'foreign'> {
  const manifest = await repository.manifests.read(fallbackTag(subject));
  if (manifest === undefined) return { entries: [], digests: new Set() };
  if (!isIndexType(manifest.mediaType)) return 'foreign';
  const parsed = indexSchema.safeParse(JSON.parse(Buffer.from(manifest.bytes).toString()));
  if (!parsed.success) return 'foreign';
  const entries = parsed.data.manifests;
  return { entries, digests: new Set(entries.map(({ digest }) => digest)) };
}

function renderIndex(manifests: readonly IndexEntry[]): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
}
