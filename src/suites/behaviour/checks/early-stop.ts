import { dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import type { Check } from '../check.ts';
import { renderSeconds } from '../render.ts';
import { judgeStop } from './stops.ts';

export const earlyStop: Check<'early-stop'> = {
  id: 'early-stop',
  title: 'Stops while it starts',
  proves: 'The image ends by itself when it is stopped before it is ready.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'full',
  needs: 'early-stop',

  async run(run) {
    const { durationMs, timeoutMs } = run;
    const wasKilled = run.exitCode === 137 && durationMs >= timeoutMs;
    // Whatever code it ends with: it did end, and nobody takes it for a success.
    if (!wasKilled)
      return {
        verdict: 'pass',
        message: `Ended ${renderSeconds(durationMs)} after ${run.signal.name}.`,
      };
    return judgeStop(run);
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      'sleep 0.2',
      `time docker stop -t ${Math.ceil(subject.image.profile.run.stop_timeout / 1000)} by-hand`,
      dockerRemove(),
    ),
};
