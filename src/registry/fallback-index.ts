import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Digest } from '../kernel/digest.ts';
import type { Descriptor, Manifest, Repository } from './contract.ts';
import { artifactTypeOf, parseManifest } from './manifest-document.ts';
import { isIndexType, OCI_INDEX } from './media-types.ts';
import { fallbackTag, isUniqueTagOf, uniqueTag } from './referrer-tags.ts';

export interface FallbackOptions {
  readonly repository: Repository;
  /** Ends the waiting for other writers: the call then rejects. @default never */
  readonly signal?: AbortSignal | undefined;
  /** Told when the list could not be brought up to date, so that other tools may not find the artifacts. @default dropped */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** How long to go on when other writers interfere. @default 60 seconds */
  readonly deadlineMs?: number | undefined;
}

const DEFAULT_DEADLINE_MS = 60_000;
const MOST_PAUSE_MS = 400;

/**
 * For registries without the referrers API. Each artifact first gets a tag of its own, which nobody else
 * writes; then the index that all clients share is made to hold whatever these tags name. Nothing on the way
 * can be compared and swapped, so whoever writes the index reads tags and index again until both agree: the
 * writer that comes last thereby sees the tags of all that came before it.
 */
export async function listInFallback(
  subject: Digest,
  artifacts: readonly Digest[],
  options: FallbackOptions,
): Promise<void> {
  const { repository, signal } = options;
  const known = new Map<string, Descriptor | undefined>();
  for (const digest of artifacts) {
    const manifest = await repository.manifests.read(digest);
    if (manifest === undefined) continue;
    const reference = uniqueTag(subject, digest);
    await repository.manifests.put({ ...manifest, reference });
    known.set(reference, referrerOf(manifest, subject));
  }
  const endsAtMs = performance.now() + (options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  for (let round = 0; ; round += 1) {
    const index = await readIndex(repository, subject);
    if (index === 'foreign') {
      options.onNotice?.(
        `${repository.address.repository}:${fallbackTag(subject)} is no index of referrers, so it was left as it is, and other tools do not find what was attached`,
      );
      return;
    }
    const entries = await namedByTags(subject, repository, known);
    const missing = entries.filter((entry) => !index.digests.has(entry.digest));
    if (missing.length === 0) return;
    if (performance.now() > endsAtMs) {
      options.onNotice?.(
        `${repository.address.repository}:${fallbackTag(subject)} keeps being overwritten, so other tools may not find all that was attached`,
      );
      return;
    }
    // The first to come need not wait; those who meet spread out.
    if (round > 0) {
      const pauseMs = Math.random() * Math.min(MOST_PAUSE_MS, 25 * 2 ** round);
      await delay(pauseMs, undefined, signal === undefined ? {} : { signal });
    }
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
      known.set(tag, manifest && referrerOf(manifest, subject));
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

/** How it is listed; absent when it does not belong to the subject. */
function referrerOf(manifest: Manifest, subject: Digest): Descriptor | undefined {
  const parsed = parseManifest(manifest.bytes, manifest.mediaType);
  if (!parsed.ok || parsed.document.subject?.digest !== subject) return undefined;
  const { annotations } = parsed.document;
  const artifactType = artifactTypeOf(parsed.document);
  return {
    mediaType: parsed.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations ? { annotations } : {}),
  };
}

function renderIndex(manifests: readonly IndexEntry[]): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
}
