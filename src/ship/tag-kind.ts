import type { PlannedTag } from './tag-plan.ts';
import { versionOf } from './releases.ts';

/** Where no rule says so, the name does: whole versions and commits are for good, all else moves. */
export function kindOfTag(tag: string): PlannedTag['kind'] {
  const isCommit = /^(?:sha-)?(?=[0-9]*[a-f])[0-9a-f]{7,40}$/u.test(tag);
  return isCommit || versionOf(tag) !== undefined ? 'immutable' : 'moving';
}
