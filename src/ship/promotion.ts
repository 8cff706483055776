import type { Digest } from '../kernel/digest.ts';
import type { Manifest, Repository } from '../registry/contract.ts';
import type { PromotionRecord } from './promotion-record.ts';
import type { PlannedTag } from './tag-plan.ts';

/** One image that is to get tags: a digest that is in its repository, with evidence. */
export interface PromotionRequest {
  readonly repository: Repository;
  readonly manifest: Manifest;
  /** In the order in which they are to move: specific before general. */
  readonly tags: readonly Pick<PlannedTag, 'tag' | 'kind'>[];
  /** Moves tags back to older commits, too. */
  readonly mayGoBack: boolean;
  /**
   * How many promoted digests of the repository stay alive under tags of their own. Absent when nobody said: then
   * this one does where that is the custom, and none is let go.
   */
  readonly keepCount?: number | undefined;
  /** Whose doing it is. `tags` are filled in when they are known. */
  readonly record: Omit<PromotionRecord, 'schema' | 'tags' | 'at'>;
  readonly journal: PromotionJournal;
}

/** What is announced before it happens, and told after it was read back. */
export interface PromotionJournal {
  intent(effect: PromotionEffect): void;
  done(effect: PromotionEffect): void;
  notice(message: string): void;
}

export type PromotionEffect =
  | { readonly kind: 'tag'; readonly move: TagMove; readonly isReturn?: true }
  /** The record of the moves that follow, kept beside the image. */
  | { readonly kind: 'record'; readonly digest: Digest }
  /** What the digest was found to be, signed; `attestations` once the registry has it. */
  | {
      readonly kind: 'verification';
      readonly digest: Digest;
      readonly attestations?: readonly Digest[];
    }
  /** The tag that keeps a digest from being collected. */
  | {
      readonly kind: 'keep';
      readonly tag: string;
      readonly digest: Digest;
      readonly isRemoval?: true;
    };

export interface TagMove {
  readonly tag: string;
  /** Null when there was no such tag. */
  readonly from: Digest | null;
  /** Null when the tag is removed, as it was before. */
  readonly to: Digest | null;
}

export interface Promotion {
  readonly moved: readonly TagMove[];
  /** Tags that pointed to the digest before. */
  readonly kept: readonly string[];
  /** Tags that belong to a newer commit, and why. */
  readonly superseded: readonly { readonly tag: string; readonly reason: string }[];
}

/** How a set of promotions ended: all of them, or none as far as the registry let us. */
export type SetOutcome =
  | { readonly ok: true; readonly promotions: ReadonlyMap<PromotionRequest, Promotion> }
  | {
      readonly ok: false;
      readonly error: unknown;
      /** Whose tag it was that could not be moved. */
      readonly at: PromotionRequest;
      /** Brought back to where they were. */
      readonly returned: readonly ReturnedTag[];
      /** Moved, and not brought back: the next run goes on from there. */
      readonly left: readonly (ReturnedTag & { readonly cause: string })[];
    };

export interface ReturnedTag {
  readonly request: PromotionRequest;
  /** As it was moved first. */
  readonly move: TagMove;
}
