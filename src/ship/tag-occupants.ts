import type { Digest } from '../kernel/digest.ts';
import type { Manifest, Repository } from '../registry/contract.ts';
import { readImageOrigin, type ImageOrigin } from './image-origin.ts';
import type { TagOccupant } from './promotion-plan.ts';
import { readRecords, type KeptRecord } from './promotion-record.ts';
import type { TagHeads } from './tag-heads.ts';

/**
 * What is known of the images that tags point to: from their labels, and from the records of how the tags got
 * there, since equal content keeps the labels of the commit that made it first.
 */
export async function readOccupants(
  repository: Repository,
  heads: TagHeads,
): Promise<ReadonlyMap<string, TagOccupant | null>> {
  const present = [...heads.values()].filter((head) => head !== null);
  const distinct = [...new Map(present.map((head) => [head.digest, head])).values()];
  if (distinct.length === 0) return new Map([...heads.keys()].map((tag) => [tag, null]));
  const tags = await repository.tags.list();
  const known = new Map(
    await Promise.all(
      distinct.map(async (head) => [head.digest, await readKnown(repository, head, tags)] as const),
    ),
  );
  return new Map(
    [...heads].map(([tag, head]) => [tag, head && occupantOf(tag, head.digest, known)]),
  );
}

interface Known {
  readonly origin: ImageOrigin;
  readonly records: readonly KeptRecord[];
}

async function readKnown(
  repository: Repository,
  head: Manifest,
  tags: readonly string[],
): Promise<Known> {
  const [origin, records] = await Promise.all([
    readImageOrigin(repository, head),
    readRecords(repository, head.digest, tags),
  ]);
  return { origin, records };
}

function occupantOf(tag: string, digest: Digest, known: ReadonlyMap<Digest, Known>): TagOccupant {
  const { origin = {}, records = [] } = known.get(digest) ?? {};
  const ofTag = records.filter(({ tags }) => tags.some((each) => each.tag === tag));
  const newest = ofTag
    .map(({ committedAt, commit }) => ({ committedAt, revision: commit }))
    .reduce<ImageOrigin>(newerOf, origin);
  // Whoever moved it last decides whether it is held.
  const last = ofTag.at(-1)?.tags.find((each) => each.tag === tag);
  return {
    digest,
    committedAt: newest.committedAt,
    commit: newest.revision,
    holdUntil: last?.holdUntil,
  };
}

function newerOf(a: ImageOrigin, b: ImageOrigin): ImageOrigin {
  if (b.committedAt === undefined) return a;
  if (a.committedAt === undefined) return b;
  return Date.parse(b.committedAt) > Date.parse(a.committedAt) ? b : a;
}
