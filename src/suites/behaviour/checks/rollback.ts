import { adviseOnStart, renderStartEvidence } from '../start-advice.ts';
import { noVolume } from '../skip-reasons.ts';
import { noRelease, upgradeByHand } from '../upgrade-by-hand.ts';
import type { Check, CheckResult } from '../check.ts';
import type { UpgradeRun } from '../runs.ts';
import type { Subject } from '../subject.ts';

export const rollback: Check<'upgrade'> = {
  id: 'rollback',
  title: 'Can be rolled back',
  proves: 'The last release comes up on the volumes that the image has used, and has its data.',
  appliesTo: ['service'],
  severity: 'info',
  group: 'standard',
  needs: 'upgrade',

  isUnasked: ({ image }) => image.previous === undefined,
  isPointless: (subject) => noRelease(subject) ?? noVolume(subject),

  async run(run, subject) {
    return judgeRollback(run, subject);
  },

  byHand: upgradeByHand,
};

export function judgeRollback({ from, back }: UpgradeRun, subject: Subject): CheckResult {
  if (back === undefined) {
    const reason = 'the image did not take over: see `upgrade`';
    return { verdict: 'skip', message: `Could not be tried: ${reason}.`, reason };
  }
  const fix =
    'Say in the release notes that there is no way back, and take a backup before the upgrade.';
  if (back.outcome.state !== 'ready')
    return {
      verdict: 'fail',
      message: `Once this image has used them, ${from} does not come up on its volumes. ${adviseOnStart(back.outcome, subject).message}`,
      fix,
      evidence: renderStartEvidence(back.outcome),
    };
  if (back.read !== undefined && back.read.result !== 'met')
    return {
      verdict: 'fail',
      message: `Once this image has used them, ${from} does not find its data: ${back.read.because}.`,
      fix,
    };
  return { verdict: 'pass', message: `${from} takes its volumes back.` };
}
