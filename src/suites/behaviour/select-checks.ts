import { checkGroups, type CheckGroup } from '../../config/check-groups.ts';
import type { BehaviourSuite } from '../../config/suite-schema.ts';
import type { Check } from './check.ts';

/** What runs when nobody says otherwise. */
export const defaultGroup: CheckGroup = 'standard';

/** The checks that were asked for, by name or by group, in the order of the table. */
export function selectChecks(
  checks: readonly Check[],
  { only, group = defaultGroup }: Pick<BehaviourSuite, 'only' | 'group'>,
): readonly Check[] {
  if (only !== undefined) return checks.filter(({ id }) => only.includes(id));
  const last = checkGroups.indexOf(group);
  return checks.filter((check) => checkGroups.indexOf(check.group) <= last);
}
