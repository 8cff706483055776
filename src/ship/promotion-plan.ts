import { shortDigest, type Digest } from '../kernel/digest.ts';
import type { PlannedTag } from './tag-plan.ts';

/** One tag, as it is and as it is to be. */
export interface TagDecision {
  readonly tag: string;
  /** Null when there is no such tag. */
  readonly from: Digest | null;
  readonly action: 'move' | 'keep' | 'superseded' | 'conflict';
  /** Why, in one clause. */
  readonly reason: string;
}

/** What is known of the digest that a tag points to now. */
export interface TagOccupant {
  readonly digest: Digest;
  /** Time of the newest commit that it stands for, ISO 8601. Absent when nobody said. */
  readonly committedAt?: string | undefined;
  /** That commit, for people. */
  readonly commit?: string | undefined;
  /** Commits that are not newer than this do not move the tag; set by a rollback. */
  readonly holdUntil?: string | undefined;
}

export interface TagWish {
  readonly digest: Digest;
  /** Time of the commit that wants it. Absent outside a git checkout. */
  readonly committedAt?: string | undefined;
  /** Moves tags back to older commits, too. */
  readonly mayGoBack: boolean;
}

/** Decides about one tag, without acting. Null stands for a tag that is not there. */
export function decideTag(
  { tag, kind }: Pick<PlannedTag, 'tag' | 'kind'>,
  occupant: TagOccupant | null,
  wish: TagWish,
): TagDecision {
  if (occupant === null) return { tag, from: null, action: 'move', reason: 'is new' };
  const from = occupant.digest;
  const short = shortDigest(from);
  if (from === wish.digest) return { tag, from, action: 'keep', reason: `is at ${short} already` };
  if (kind === 'immutable')
    return { tag, from, action: 'conflict', reason: `is ${short} for good` };
  const against = wish.mayGoBack ? undefined : reasonAgainstOlder(occupant, wish);
  return against === undefined
    ? { tag, from, action: 'move', reason: `was at ${short}` }
    : { tag, from, action: 'superseded', reason: against };
}

function reasonAgainstOlder(occupant: TagOccupant, { committedAt }: TagWish): string | undefined {
  const short = shortDigest(occupant.digest);
  const { holdUntil } = occupant;
  if (holdUntil !== undefined && !isAfter(committedAt, holdUntil))
    return `was rolled back to ${short} and is held until a commit after ${holdUntil}`;
  if (committedAt === undefined || !isAfter(occupant.committedAt, committedAt)) return undefined;
  const commit = occupant.commit === undefined ? '' : ` ${occupant.commit.slice(0, 12)}`;
  return `is at ${short} of the newer commit${commit} of ${occupant.committedAt}`;
}

/** An unknown time is after nothing. */
function isAfter(time: string | undefined, other: string): boolean {
  return time !== undefined && Date.parse(time) > Date.parse(other);
}

/** What is to happen to tags, in one clause each. */
export function describeDecisions(decisions: readonly TagDecision[]): string {
  const moves = decisionsOf(decisions, 'move');
  const [kept, ...others] = decisionsOf(decisions, 'keep');
  return [
    ...decisionsOf(decisions, 'conflict').map(({ tag, reason }) => `refused: ${tag} ${reason}`),
    ...(moves.length > 0 ? [`${namesOf(moves)} to move`] : []),
    ...decisionsOf(decisions, 'superseded').map(({ tag, reason }) => `${tag} stays: it ${reason}`),
    ...(moves.length === 0 && kept !== undefined
      ? [`${namesOf([kept, ...others])} already at ${shortDigest(kept.from ?? '')}`]
      : []),
  ].join('; ');
}

export function decisionsOf(
  decisions: Iterable<TagDecision>,
  action: TagDecision['action'],
): readonly TagDecision[] {
  return [...decisions].filter((decision) => decision.action === action);
}

function namesOf(decisions: readonly TagDecision[]): string {
  return decisions.map(({ tag }) => tag).join(', ');
}
