import { z } from 'zod';
import { hexOf, isDigest, type Digest } from '../kernel/digest.ts';
import { isTag } from '../kernel/image-reference.ts';
import { inBatches } from '../kernel/in-batches.ts';
import { emptyBlob, emptyDescriptor } from '../registry/blob-sources.ts';
import type { Descriptor, Manifest, Repository } from '../registry/contract.ts';
import { parseManifest } from '../registry/manifest-document.ts';
import { OCI_MANIFEST } from '../registry/media-types.ts';

const RECORD_TYPE = 'application/vnd.seatrial.promotion.v1+json';
const RECORD_KEY = 'dev.seatrial.promotion';
const UNIQUE_LENGTH = 12;
const AT_ONCE = 6;
const MOST_RECORDS = 500;

const digest = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value));
const isoTime = z.iso.datetime();

/**
 * What is about to happen to tags, kept beside the image in the registry. It is written before the tags move,
 * so that no move goes without one; that a move came about, the tag itself says. It is no evidence: whoever may
 * move tags may write it.
 */
export const promotionRecordSchema = z.object({
  schema: z.literal('seatrial.promotion/1'),
  kind: z.enum(['promote', 'rollback']),
  runId: z.string().max(200),
  at: isoTime,
  /** Time of the commit that the promotion stands for. Absent outside a git checkout. */
  committedAt: isoTime.optional(),
  commit: z.string().max(200).optional(),
  url: z.string().max(2000).optional(),
  /** What allowed it, in one clause. */
  evidence: z.string().max(2000),
  /** Why a person did it. */
  reason: z.string().max(2000).optional(),
  tags: z
    .array(
      z.object({
        tag: z.string().refine(isTag, 'is no tag'),
        /** Null when there was no such tag. */
        from: digest.nullable(),
        /** Commits that are not newer than this do not move the tag: it was rolled back from there. */
        holdUntil: isoTime.optional(),
      }),
    )
    .max(1000),
});

export type PromotionRecord = z.infer<typeof promotionRecordSchema>;

/** A record as the registry has it: of the digest that the tags were moved to. */
export interface KeptRecord extends PromotionRecord {
  readonly to: Digest;
}

/**
 * Puts the record beside the image. Where the registry lists no referrers, it gets a tag of its own, by which
 * it is found and kept from being collected.
 */
export async function keepRecord(
  repository: Repository,
  subject: Manifest,
  record: PromotionRecord,
): Promise<void> {
  await repository.blobs.upload(emptyBlob);
  const bytes = renderRecord(subject, record);
  const put = await repository.manifests.put({ bytes, mediaType: OCI_MANIFEST });
  // What the registry said when it took it is no proof: some say that they index, and list nothing.
  const listed = await repository.manifests.referrers(subject.digest, RECORD_TYPE);
  if (listed.some((entry) => entry.digest === put.digest)) return;
  const reference = `${recordTagPrefix(subject.digest)}${hexOf(put.digest).slice(0, UNIQUE_LENGTH)}`;
  await repository.manifests.put({ bytes, mediaType: OCI_MANIFEST, reference });
}

/** Everything that was recorded of moves to the digest, oldest first. What is no record is left out. */
export async function readRecords(
  repository: Repository,
  to: Digest,
  tags: readonly string[],
): Promise<readonly KeptRecord[]> {
  const listed = await repository.manifests.referrers(to, RECORD_TYPE);
  const own = tags.filter((tag) => tag.startsWith(recordTagPrefix(to)));
  const references = [...listed.map((entry: Descriptor) => entry.digest), ...own];
  const found = await inBatches(
    references.slice(0, MOST_RECORDS),
    AT_ONCE,
    async (reference): Promise<readonly KeptRecord[]> => {
      const manifest = await repository.manifests.read(reference);
      const record = manifest && parseRecord(manifest, to);
      return record === undefined ? [] : [{ ...record, to }];
    },
  );
  return found.flat().toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** The digest that a tag of a record belongs to; absent when it is no such tag. */
export function subjectOfRecordTag(tag: string): Digest | undefined {
  const hex = /^sha256-([a-f0-9]{64})\.promoted-[a-f0-9]{12}$/u.exec(tag)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

function recordTagPrefix(subject: Digest): string {
  return `sha256-${hexOf(subject)}.promoted-`;
}

function renderRecord(subject: Manifest, record: PromotionRecord): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType: RECORD_TYPE,
      config: emptyDescriptor,
      layers: [emptyDescriptor],
      subject: {
        mediaType: subject.mediaType,
        digest: subject.digest,
        size: subject.bytes.length,
      },
      annotations: {
        [RECORD_KEY]: JSON.stringify(record),
        'org.opencontainers.image.created': record.at,
      },
    }),
  );
}

function parseRecord(manifest: Manifest, subject: Digest): PromotionRecord | undefined {
  const parsed = parseManifest(manifest.bytes, manifest.mediaType);
  if (!parsed.ok || parsed.document.subject?.digest !== subject) return undefined;
  const text = parsed.document.annotations?.[RECORD_KEY];
  if (parsed.document.artifactType !== RECORD_TYPE || text === undefined) return undefined;
  try {
    return promotionRecordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // Anybody may attach anything: what is no record is none of ours.
    return undefined;
  }
}
