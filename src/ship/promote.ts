import type { Digest } from '../kernel/digest.ts';
import type { Repository } from '../registry/contract.ts';
import { ShipError } from './errors.ts';
import { mediaTypes } from './packed-image.ts';

export interface PromoteOptions {
  readonly repository: Repository;
  readonly digest: Digest;
  readonly manifestBytes: Uint8Array;
  /** In the order in which they move: specific before general. */
  readonly tags: readonly string[];
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

export interface Promotion {
  readonly moved: readonly TagMove[];
  /** Tags that pointed to the digest before. */
  readonly kept: readonly string[];
}

/**
 * Moves tags to a digest that is in the repository, one after the other, each read back, and all of them
 * once more at the end. A tag that is there already is not written.
 * @throws {ShipError} TAG_CONFLICT when somebody else moved a tag meanwhile
 */
export async function promote(options: PromoteOptions): Promise<Promotion> {
  const { repository, digest, journal } = options;
  const moved: TagMove[] = [];
  const kept: string[] = [];
  for (const tag of options.tags) {
    const before = (await repository.manifests.read(tag))?.digest ?? null;
    if (before === digest) {
      kept.push(tag);
      continue;
    }
    const move: TagMove = { tag, from: before, to: digest };
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
async function readAllBack({ repository, digest, tags }: PromoteOptions): Promise<void> {
  const found = await Promise.all(
    tags.map(async (tag) => ({ tag, digest: (await repository.manifests.read(tag))?.digest })),
  );
  const lost = found.find((each) => each.digest !== digest);
  if (lost === undefined) return;
  throw new ShipError(
    'TAG_CONFLICT',
    `${repository.address.repository}:${lost.tag} was moved to ${digest} and now points to ${lost.digest ?? 'nothing'}`,
    { details: { tag: lost.tag, expected: digest, found: lost.digest ?? null } },
  );
}
