import { digestOf, hexOf } from '../kernel/digest.ts';

const HASH_LENGTH = 7;

/**
 * A branch as part of a tag, at most `maxLength` (7 or more) characters. A branch that is a valid tag stays as it is.
 * Where characters had to be replaced or cut, a short hash of the whole name follows, so that `feat/x` and
 * `feat-x` never write the same tag.
 */
export function branchToTag(branch: string, maxLength: number): string {
  const clean = branch.replaceAll(/[^A-Za-z0-9._-]+/gu, '-').replace(/^[.-]+/u, '');
  if (clean === branch && clean.length <= maxLength) return clean;
  const hash = hexOf(digestOf(branch)).slice(0, HASH_LENGTH);
  const kept = clean.slice(0, Math.max(0, maxLength - HASH_LENGTH - 1)).replace(/[.-]+$/u, '');
  return kept === '' ? hash : `${kept}-${hash}`;
}
