import { decideTag, type TagDecision, type TagOccupant, type TagWish } from './promotion-plan.ts';
import type { PromotionRequest } from './promotion.ts';
import { readTagHeads, tagsElsewhere } from './tag-heads.ts';
import { readOccupants } from './tag-occupants.ts';

/** The part of a request that decides about tags. */
export type TagRequest = Pick<PromotionRequest, 'repository' | 'tags' | 'mayGoBack'> & {
  readonly manifest: Pick<PromotionRequest['manifest'], 'digest'>;
  readonly record: Pick<PromotionRequest['record'], 'committedAt'>;
};

export interface TagOutlook {
  /** In the order of the request. */
  readonly decisions: readonly TagDecision[];
  /** Of the tags that are not at the digest. */
  readonly occupants: ReadonlyMap<string, TagOccupant | null>;
}

/** Asks the registry and decides about every tag; writes nothing. */
export async function lookAtTags(request: TagRequest): Promise<TagOutlook> {
  const { repository, manifest, tags } = request;
  const heads = await readTagHeads(
    repository,
    tags.map(({ tag }) => tag),
  );
  const elsewhere = new Set(tagsElsewhere(heads, manifest.digest));
  const occupants = await readOccupants(
    repository,
    new Map([...heads].filter(([tag]) => elsewhere.has(tag))),
  );
  const decisions = tags.map((planned) => {
    const known = occupants.get(planned.tag);
    // At the digest already: nothing more has to be known.
    const occupant = known === undefined ? { digest: manifest.digest } : known;
    return decideTag(planned, occupant, wishOf(request));
  });
  return { decisions, occupants };
}

export function wishOf({ manifest, record, mayGoBack }: TagRequest): TagWish {
  return { digest: manifest.digest, committedAt: record.committedAt, mayGoBack };
}
