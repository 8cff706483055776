import { adviseOnStart, renderStartEvidence } from '../start-advice.ts';
import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { renderSeconds } from '../render.ts';
import { adviseOnSecondStart } from '../second-start-advice.ts';
import type { Check } from '../check.ts';

export const restarts: Check<'restart'> = {
  id: 'restarts',
  title: 'Starts again after a stop',
  proves: 'A container that was stopped becomes ready again when it is started again.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'standard',
  needs: 'restart',

  async run({ outcome }, subject) {
    if (outcome.state === 'ready') {
      const message = `Ready again ${renderSeconds(outcome.durationMs)} after the second start.`;
      return { verdict: 'pass', message };
    }
    const { message } = adviseOnStart(outcome, subject);
    return {
      verdict: 'fail',
      message: `Started once, stopped, and does not come up a second time. ${message}`,
      fix: adviseOnSecondStart(outcome, 'stop'),
      evidence: renderStartEvidence(outcome),
    };
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      comeUp,
      'docker stop by-hand',
      'docker start by-hand',
      comeUp,
      'docker ps -a -f name=by-hand',
      'docker logs --tail 20 by-hand',
      dockerRemove(),
    ),
};
