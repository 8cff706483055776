import { adviseOnSecondStart } from '../second-start-advice.ts';
import { adviseOnStart, renderStartEvidence } from '../start-advice.ts';
import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { renderSeconds } from '../render.ts';
import type { Check, CheckResult } from '../check.ts';
import type { SecondStart } from '../runs.ts';
import type { Subject } from '../subject.ts';

export const survivesKill: Check<'kill'> = {
  id: 'survives-kill',
  title: 'Starts again after kill -9',
  proves:
    'A container that was killed without warning becomes ready again when it is started again.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'standard',
  needs: 'kill',

  async run(run, subject) {
    return judgeKill(run, subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      comeUp,
      'docker kill -s KILL by-hand',
      'docker start by-hand',
      comeUp,
      'docker ps -a -f name=by-hand',
      'docker logs --tail 20 by-hand',
      dockerRemove(),
    ),
};

function judgeKill({ outcome, read }: SecondStart, subject: Subject): CheckResult {
  if (outcome.state !== 'ready') {
    const { message } = adviseOnStart(outcome, subject);
    return {
      verdict: 'fail',
      message: `Does not come up again after SIGKILL. ${message}`,
      fix: adviseOnSecondStart(outcome, 'kill'),
      evidence: renderStartEvidence(outcome),
    };
  }
  const seconds = renderSeconds(outcome.durationMs);
  if (read !== undefined && read.result !== 'met') {
    return {
      verdict: 'warn',
      message: `Ready again ${seconds} after SIGKILL, but \`state.read\` no longer finds what was written: ${read.because}.`,
      fix: 'Write and sync data before a write is confirmed (fsync, write-ahead log), or accept the loss with `suites: {behaviour: {skip: {survives-kill: "…"}}}`.',
      ...(read.seen === '' ? {} : { evidence: read.seen }),
    };
  }
  const also = read === undefined ? '' : ', and what was written is still there';
  return { verdict: 'pass', message: `Ready again ${seconds} after SIGKILL${also}.` };
}
