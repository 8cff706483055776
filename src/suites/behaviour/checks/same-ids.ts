import { renderList } from '../render.ts';
import { noRelease, upgradeByHand } from '../upgrade-by-hand.ts';
import { noVolume } from '../skip-reasons.ts';
import type { Check, CheckResult } from '../check.ts';
import type { UpgradeRun } from '../runs.ts';

export const sameIds: Check<'upgrade'> = {
  id: 'same-ids',
  title: 'Owns its data as before',
  proves: 'Volumes belong to the same numeric user and group as in the last release.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'standard',
  needs: 'upgrade',

  isUnasked: ({ image }) => image.previous === undefined,
  isPointless: (subject) => noRelease(subject) ?? noVolume(subject),

  async run(run) {
    return judgeIds(run);
  },

  byHand: upgradeByHand,
};

export function judgeIds({ from, owners }: UpgradeRun): CheckResult {
  if (owners === undefined) {
    const reason = 'the last release did not come up: see `upgrade`';
    return { verdict: 'skip', message: `Could not be tried: ${reason}.`, reason };
  }
  const changed = Object.entries(owners.after).flatMap(([volume, owner]) => {
    const before = owners.before[volume];
    return before === undefined || before === owner ? [] : [`${volume} from ${before} to ${owner}`];
  });
  if (changed.length === 0)
    return { verdict: 'pass', message: `Its volumes belong to whom they did in ${from}.` };
  return {
    verdict: 'fail',
    message: `The owner of ${renderList(changed)} has changed since ${from}: on volumes that are in use it keeps being the old one.`,
    fix: 'Create the user with fixed numbers (`useradd --uid 10001`), the same in every release, or change owners at start.',
  };
}
