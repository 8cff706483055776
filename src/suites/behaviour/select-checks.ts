import {
  platformGroups,
  sizeGroups,
  type PlatformGroup,
  type SizeGroup,
} from '../../config/check-groups.ts';
import type { BehaviourSuite } from '../../config/suite-schema.ts';
import type { Check } from './check.ts';

/** What runs when nobody says otherwise. */
export const defaultGroup: SizeGroup = 'standard';

/** The checks that were asked for, by name or by group, in the order of the table. */
export function selectChecks(
  checks: readonly Check[],
  { only, group = defaultGroup }: Pick<BehaviourSuite, 'only' | 'group'>,
): readonly Check[] {
  if (only !== undefined) return checks.filter(({ id }) => only.includes(id));
  const platform = platformGroups.find((each) => each === group);
  const size = sizeGroups.find((each) => each === group) ?? defaultGroup;
  const last = sizeGroups.indexOf(size);
  return checks.flatMap((check) => {
    if (platform !== undefined && isFor(check, platform)) return [{ ...check, severity: 'error' }];
    return sizeGroups.indexOf(check.group) <= last ? [check] : [];
  });
}

function isFor({ alsoIn = [] }: Check, platform: PlatformGroup): boolean {
  return alsoIn.includes(platform);
}
