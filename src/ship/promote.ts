import type { Digest } from '../kernel/digest.ts';
import type { Repository } from '../registry/contract.ts';
import { ShipError } from './errors.ts';
import { mediaTypes } from './packed-image.ts';

export interface PromoteOptions {
  readonly repository: Repository;
  readonly digest: Digest;
  readonly manifestBytes: Uint8Array;
  /** Where the tags point now, in the order in which they are to move: specific before general. */
  readonly before: TagDigests;
  /** Announced before a tag is written, and told after it was read back. */
  readonly journal: PromotionJournal;
}

export interface PromotionJournal {
  intent(move: TagMove): void;
  done(move: TagMove): void;
}

export interface TagMove {
  readonly tag: string;
  readonly from: Digest | null;
  readonly to: Digest;
}

/** What each tag points to; null when there is no such tag. */
export type TagDigests = ReadonlyMap<string, Digest | null>;

export interface Promotion {
  readonly moved: readonly TagMove[];
  /** Tags that pointed to the digest before. */
  readonly kept: readonly string[];
}

/** Asks the registry where tags point, all at once; the bytes are hashed, nothing is believed. */
export async function readTagDigests(
  repository: Repository,
  tags: readonly string[],
): Promise<TagDigests> {
  const found = await Promise.all(
    tags.map(async (tag) => [tag, (await repository.manifests.read(tag))?.digest ?? null] as const),
  );
  return new Map(found);
}

/**
 * Moves tags to a digest that is in the repository, one after the other, each read back, and all of them
 * once more at the end. A tag that is there already is not written.
 * @throws {ShipError} TAG_CONFLICT when somebody else moved a tag meanwhile
 */
export async function promote(options: PromoteOptions): Promise<Promotion> {
  const { repository, digest, before, journal } = options;
  const kept = [...before].filter(([, at]) => at === digest).map(([tag]) => tag);
  const moved: TagMove[] = [];
  for (const [tag, from] of before) {
    if (from === digest) continue;
    const move: TagMove = { tag, from, to: digest };
    journal.intent(move);
    await repository.manifests.put({
      bytes: options.manifestBytes,
      mediaType: mediaTypes.manifest,
      reference: tag,
    });
    journal.done(move);
    moved.push(move);
  }
  if (moved.length > 0) await readAllBack(options);
  return { moved, kept };
}

/** Catches a writer that came between our write of one tag and the end. */
async function readAllBack({ repository, digest, before }: PromoteOptions): Promise<void> {
  const now = await readTagDigests(repository, [...before.keys()]);
  const lost = [...now].find(([, at]) => at !== digest);
  if (lost === undefined) return;
  const [tag, found] = lost;
  throw new ShipError(
    'TAG_CONFLICT',
    `${repository.address.repository}:${tag} was moved to ${digest} and now points to ${found ?? 'nothing'}`,
    { details: { tag, expected: digest, found } },
  );
}
