import { adviseOnStart, renderStartEvidence } from '../start-advice.ts';
import { judgeUnproven } from '../unproven.ts';
import { noVolume } from '../skip-reasons.ts';
import { noRelease, upgradeByHand } from '../upgrade-by-hand.ts';
import type { Check, CheckResult } from '../check.ts';
import type { UpgradeRun } from '../runs.ts';
import type { Subject } from '../subject.ts';

export const upgrade: Check<'upgrade'> = {
  id: 'upgrade',
  title: 'Takes over from the last release',
  proves: 'The image comes up on the volumes of the last release, twice, and has its data.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'standard',
  needs: 'upgrade',

  isUnasked: ({ image }) => image.previous === undefined,
  isPointless: (subject) => noRelease(subject) ?? noVolume(subject),

  async run(run, subject) {
    return judgeUpgrade(run, subject);
  },

  byHand: upgradeByHand,
};

export function judgeUpgrade(run: UpgradeRun, subject: Subject): CheckResult {
  const { from, first, outcome } = run;
  if (first.state !== 'ready' || outcome === undefined) {
    const { message } = adviseOnStart(first, subject);
    const reason = `the last release (${from}) does not come up as this image is run`;
    return { verdict: 'skip', message: `Could not be tried: ${reason}. ${message}`, reason };
  }
  const unproven =
    subject.image.profile.state === undefined ? undefined : judgeUnproven(run.exercise);
  if (unproven !== undefined) return unproven;
  if (outcome.state !== 'ready') return judgeRefusal(run, subject);
  const lost = whatIsLost(run);
  if (lost !== undefined)
    return {
      verdict: 'fail',
      message: `Comes up on the volumes of ${from}, and ${lost}`,
      fix: 'Migrate what is there at start, and never begin with an empty store where data of a release lies.',
    };
  if (run.again?.state !== 'ready')
    return {
      verdict: 'fail',
      message: `Comes up on the volumes of ${from}, and not a second time. ${run.again === undefined ? '' : adviseOnStart(run.again, subject).message}`,
      fix: 'Make the migration repeatable: a start after it finds what it made.',
      evidence: run.again && renderStartEvidence(run.again),
    };
  return { verdict: 'pass', message: `Took over the volumes of ${from}, and started again.` };
}

/** With `breaking` said, it has to refuse so that nobody overlooks it, and to leave the data alone. */
function judgeRefusal({ from, outcome, sentinels }: UpgradeRun, subject: Subject): CheckResult {
  const { breaking } = subject.image;
  const isUntouched = sentinels?.every(({ found }) => found === 'intact') ?? false;
  const isClear = outcome?.state === 'exited' && outcome.exitCode !== 0;
  if (breaking !== undefined && isClear && isUntouched)
    return {
      verdict: 'pass',
      message: `Refuses the volumes of ${from} with exit code ${String(outcome.exitCode)} and leaves them alone, as \`upgrade.breaking\` says: ${breaking}`,
    };
  const advice = outcome === undefined ? { message: '' } : adviseOnStart(outcome, subject);
  return {
    verdict: 'fail',
    message: `Does not come up on the volumes of the last release (${from}). ${advice.message}`,
    fix:
      breaking === undefined
        ? 'Migrate what the last release wrote, or say why that is done by hand: `upgrade: {breaking: "…"}`.'
        : 'End at once with an exit code that is not 0, and touch nothing: whoever upgrades has to see it.',
    evidence: outcome && renderStartEvidence(outcome),
  };
}

/** Ends the sentence; absent when all is there. */
function whatIsLost({ read, sentinels = [] }: UpgradeRun): string | undefined {
  if (read !== undefined && read.result !== 'met')
    return `\`state.read\` does not find what that wrote: ${read.because}.`;
  const broken = sentinels.find(({ found }) => found !== 'intact');
  return broken && `a file in ${broken.volume} is ${broken.found} (${broken.path}).`;
}
