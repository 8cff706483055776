import { messageOf } from '../kernel/errors.ts';
import type { Manifest } from '../registry/contract.ts';
import type { Lease } from './lease.ts';
import type { PromotionRequest, ReturnedTag, TagMove } from './promotion.ts';

/** A tag whose move began, with what it pointed to before. */
export interface PlacedTag extends ReturnedTag {
  /** Null when there was no such tag. */
  readonly before: Manifest | null;
}

export interface Return {
  readonly returned: readonly ReturnedTag[];
  readonly left: readonly (ReturnedTag & { readonly cause: string })[];
}

export interface ReturnOptions {
  readonly leases: ReadonlyMap<string, Lease>;
  /** False when nothing may be written any more. */
  readonly mayTry: boolean;
  /** Why they are brought back. */
  readonly cause: string;
}

/**
 * Brings tags back to where they were, the last first, if they still point to where we moved them. Each is
 * announced and read back. What cannot be brought back is said; the others are.
 */
export async function returnTags(
  placed: readonly PlacedTag[],
  options: ReturnOptions,
): Promise<Return> {
  const returned: ReturnedTag[] = [];
  const left: (ReturnedTag & { readonly cause: string })[] = [];
  for (const tag of placed.toReversed()) {
    const { request, move } = tag;
    try {
      const outcome = options.mayTry ? await returnTag(tag, options) : options.cause;
      if (outcome === 'returned') returned.push({ request, move });
      else if (outcome !== 'not ours') left.push({ request, move, cause: outcome });
    } catch (error) {
      left.push({ request, move, cause: messageOf(error) });
    }
  }
  return { returned, left };
}

/** Says of every tag that had moved what became of it. */
export function tellReturn({ returned, left }: Return): void {
  for (const tag of returned) tag.request.journal.notice(`${nameOf(tag)} was brought back`);
  for (const tag of left)
    tag.request.journal.notice(`${nameOf(tag)} stays at ${tag.move.to}: ${tag.cause}`);
}

function nameOf({ request, move }: ReturnedTag): string {
  return `${request.repository.address.repository}:${move.tag}`;
}

async function returnTag(
  { request, move, before }: PlacedTag,
  { leases }: ReturnOptions,
): Promise<'returned' | 'not ours'> {
  const { repository, journal } = request;
  const now = await repository.manifests.read(move.tag);
  if (now?.digest !== move.to) return 'not ours';
  await leaseOf(request, leases).assertHeld();
  const back: TagMove = { tag: move.tag, from: move.to, to: move.from };
  journal.intent({ kind: 'tag', move: back, isReturn: true });
  if (before === null) await removeTag(request, move);
  else await repository.manifests.put({ ...before, reference: move.tag });
  journal.done({ kind: 'tag', move: back, isReturn: true });
  return 'returned';
}

/** A tag that was not there is removed; its image stays. */
async function removeTag({ repository }: PromotionRequest, { tag, to }: TagMove): Promise<void> {
  await repository.tags.remove(tag);
  const now = await repository.manifests.read(tag);
  if (now?.digest === to) throw new Error('the registry says that it is removed, and serves it');
}

export function leaseOf(request: PromotionRequest, leases: ReadonlyMap<string, Lease>): Lease {
  const lease = leases.get(request.repository.address.repository);
  if (lease === undefined) throw new Error('a repository without a lease');
  return lease;
}
