import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { judgeUnproven } from '../unproven.ts';
import { noState } from '../skip-reasons.ts';
import { adviseOnStart, renderStartEvidence } from '../start-advice.ts';
import { stateByHand } from '../state-by-hand.ts';
import type { Check, CheckResult } from '../check.ts';
import type { SeparateRun } from '../runs.ts';
import type { Subject } from '../subject.ts';

export const ephemeral: Check<'separate'> = {
  id: 'ephemeral',
  title: 'A new container is empty',
  proves: 'What was written in one container is not found in a new one without its volumes.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'standard',
  needs: 'separate',

  isPointless: noState,

  async run(run, subject) {
    return judgeSeparate(run, subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      comeUp,
      stateByHand(subject, 'write'),
      dockerRemove(),
      dockerRun(subject, { name: 'by-hand-2' }),
      comeUp,
      stateByHand(subject, 'read', 'by-hand-2'),
      dockerRemove('by-hand-2'),
    ),
};

function judgeSeparate(run: SeparateRun, subject: Subject): CheckResult {
  const unproven = judgeUnproven(run.exercise);
  if (unproven !== undefined) return unproven;
  const { outcome, read } = run;
  if (outcome.state !== 'ready') {
    const { message, fix } = adviseOnStart(outcome, subject);
    return {
      verdict: 'fail',
      message: `A second container beside the first does not come up, though the first did. ${message}`,
      fix,
      evidence: renderStartEvidence(outcome),
    };
  }
  if (read === undefined || read.result === 'unanswered') {
    return {
      verdict: 'fail',
      message: `A new container is ready but does not answer \`state.read\`: ${read?.because ?? 'nothing was read'}.`,
      fix: 'Make the image ready only when it answers: set `ready` to the port or path that `state.read` uses.',
    };
  }
  if (read.result === 'unmet') {
    return {
      verdict: 'pass',
      message: `A new container does not know what another one wrote: ${read.because}.`,
    };
  }
  return {
    verdict: 'fail',
    message: '`state.read` is met in a new container in which nothing was written.',
    fix: fixForFound(subject),
    ...(read.seen === '' ? {} : { evidence: read.seen }),
  };
}

function fixForFound({ image }: Subject): string {
  const { state, run } = image.profile;
  const shared = run.mounts.some((mount) => typeof mount !== 'string' && 'bind' in mount);
  if (state?.read.expect === undefined) {
    return 'Give `state.read` an `expect` that only the written data matches: as it is, any answer counts as found.';
  }
  return shared
    ? 'Keep the data out of the bind mount of the profile, or of any place that containers share.'
    : 'Narrow `state.read.expect` to what `state.write` writes; if it is narrow, the data is in the image or in a place that containers share: take it out.';
}
