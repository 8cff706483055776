import { comeUp, dockerRemove, dockerRun, inOrder, volumesByHand } from '../by-hand.ts';
import type { Check, CheckResult } from '../check.ts';
import { renderList, renderSeconds } from '../render.ts';
import type { CrashRun } from '../runs.ts';
import { adviseOnSecondStart } from '../second-start-advice.ts';
import { noVolume } from '../skip-reasons.ts';
import { adviseOnStart, renderStartEvidence } from '../start-advice.ts';
import type { StartOutcome } from '../start-outcome.ts';
import { stateByHand } from '../state-by-hand.ts';
import { volumesOf, type Subject } from '../subject.ts';
import { judgeUnproven } from '../unproven.ts';

export const killReplace: Check<'crash'> = {
  id: 'kill-replace',
  title: 'Volumes survive kill -9',
  proves: 'A new container on the volumes of one that was killed comes up and has its data.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'full',
  needs: 'crash',

  isPointless: noVolume,

  async run(run, subject) {
    return judgeCrash(run, subject);
  },

  byHand(subject) {
    const volumes = volumesByHand(subject);
    const look = 'docker ps -a -f name=by-hand';
    return inOrder(
      dockerRun(subject, { volumes }),
      comeUp,
      stateByHand(subject, 'write'),
      'docker kill -s KILL by-hand',
      dockerRemove(),
      dockerRun(subject, { volumes }),
      comeUp,
      subject.image.profile.state === undefined ? look : stateByHand(subject, 'read'),
      'docker logs --tail 20 by-hand',
      dockerRemove(),
      `docker volume rm ${Object.values(volumes).join(' ')}`,
    );
  },
};

export function judgeCrash(run: CrashRun, subject: Subject): CheckResult {
  const { first, outcome, read, sentinels } = run;
  if (outcome === undefined) {
    const reason = 'another container of the image did not become ready';
    const evidence = renderStartEvidence(first);
    return { verdict: 'skip', message: `Could not be tried: ${reason}.`, reason, evidence };
  }
  const hasState = subject.image.profile.state !== undefined;
  const unproven = hasState ? judgeUnproven(run.exercise) : undefined;
  if (unproven !== undefined) return unproven;
  if (outcome.state !== 'ready') return judgeDown(outcome, subject);
  const seconds = `${renderSeconds(outcome.durationMs)} (the first start took ${renderSeconds(first.durationMs)})`;
  if (read !== undefined && read.result !== 'met')
    return {
      verdict: 'warn',
      message: `A new container is ready ${seconds} after SIGKILL, but \`state.read\` does not find what was written: ${read.because}.`,
      fix: 'Write and sync data to the volume before a write is confirmed (fsync, write-ahead log): who is killed has no time for it.',
      evidence: read.seen === '' ? undefined : read.seen,
    };
  const broken = sentinels.find(({ found }) => found !== 'intact');
  if (broken !== undefined)
    return {
      verdict: 'warn',
      message: `A file in the volume ${broken.volume} is ${broken.found} in the container that took over after SIGKILL (${broken.path}).`,
      fix: 'Repair what a killed process left, and never begin with an empty store where data lies.',
    };
  return {
    verdict: 'pass',
    message: `A new container on the volumes of a killed one (${renderList(volumesOf(subject))}) is ready after ${seconds}${hasState ? ', and finds what was written' : ''}.`,
  };
}

function judgeDown(outcome: StartOutcome, subject: Subject): CheckResult {
  const { message } = adviseOnStart(outcome, subject);
  return {
    verdict: 'warn',
    message: `A new container does not come up on the volumes of one that was killed. ${message}`,
    fix: adviseOnSecondStart(outcome, 'kill'),
    evidence: renderStartEvidence(outcome),
  };
}
