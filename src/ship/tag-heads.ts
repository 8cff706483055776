import type { Digest } from '../kernel/digest.ts';
import { inBatches } from '../kernel/in-batches.ts';
import type { Manifest, Repository } from '../registry/contract.ts';

/** What each tag points to, bytes and all; null when there is no such tag. */
export type TagHeads = ReadonlyMap<string, Manifest | null>;

const TAGS_AT_ONCE = 16;

/** Asks the registry where tags point, some at a time; the bytes are hashed, nothing is believed. */
export async function readTagHeads(
  repository: Repository,
  tags: readonly string[],
): Promise<TagHeads> {
  const found = await inBatches(
    tags,
    TAGS_AT_ONCE,
    async (tag) => [tag, (await repository.manifests.read(tag)) ?? null] as const,
  );
  return new Map(found);
}

/** Tags that do not point to the digest. */
export function tagsElsewhere(heads: TagHeads, digest: Digest): readonly string[] {
  return [...heads].filter(([, head]) => head?.digest !== digest).map(([tag]) => tag);
}
