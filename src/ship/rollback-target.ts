import type { Digest } from '../kernel/digest.ts';
import { ShipError } from './errors.ts';
import type { TagHistory } from './tag-history.ts';

/** Where to: a digest, or how many releases back. */
export type RollbackWish = { readonly digest: Digest } | { readonly steps: number };

/**
 * The digest that a tag is to be rolled back to. Steps count what was released: a rollback is no release, so
 * one step after a rollback leads further back and not forth again.
 * @throws {ShipError} ROLLBACK_TARGET_UNKNOWN
 */
export function rollbackTarget(history: TagHistory, wish: RollbackWish): Digest {
  const { tag, digest, moves } = history;
  if ('digest' in wish) return wish.digest;
  if (digest === null) throw unknown(`there is no tag ${tag}`);
  const released = moves.filter(({ kind, state }) => kind === 'promote' && state !== 'undone');
  const ours = moves.findLast(({ state }) => state !== 'undone')?.to;
  // Somebody else moved the tag: the first step leads back to where we had it.
  const isForeign = !history.isExplained && ours !== undefined;
  const seen = new Set<Digest>([digest]);
  let at: Digest = isForeign ? ours : digest;
  for (let step = isForeign ? 1 : 0; step < wish.steps; step += 1) {
    const cameFrom = released.findLast(({ to, from }) => to === at && !seen.has(from ?? to))?.from;
    if (cameFrom === undefined || cameFrom === null)
      throw unknown(
        `nothing on record was at ${tag} before ${at}${step > 0 ? `, ${step} back` : ''}`,
      );
    seen.add(cameFrom);
    at = cameFrom;
  }
  return at;
}

function unknown(message: string): ShipError {
  return new ShipError('ROLLBACK_TARGET_UNKNOWN', message);
}
