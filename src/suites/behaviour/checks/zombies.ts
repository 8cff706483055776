import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import type { OrphanTrial } from '../orphan-outcome.ts';
import { renderStartEvidence } from '../start-advice.ts';
import type { Check, CheckResult } from '../check.ts';
import type { Subject } from '../subject.ts';

export const zombies: Check<'orphan'> = {
  id: 'zombies',
  title: 'Leaves no zombies',
  proves: 'PID 1 reaps processes that lost their parent, so that they do not pile up.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'full',
  needs: 'orphan',

  async run(run, subject) {
    return judgeOrphan(run, subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      comeUp,
      `docker run --rm --pid container:by-hand busybox sh -c '(sleep 0.2 &); sleep 1; grep -H State: /proc/[0-9]*/status'`,
      dockerRemove(),
    ),
};

/** A program that never starts another has no orphans; a health check brings its own. */
export function judgeOrphan(run: OrphanTrial, subject: Subject): CheckResult {
  if (run.state === 'not-up') {
    const reason = 'another container of the image did not become ready';
    const evidence = renderStartEvidence(run.outcome);
    return { verdict: 'skip', message: `Could not be tried: ${reason}.`, reason, evidence };
  }
  if (run.state === 'unseen')
    return { verdict: 'skip', message: `Could not be tried: ${run.why}.`, reason: run.why };
  if (run.state === 'reaped')
    return { verdict: 'pass', message: `PID 1 (\`${run.first}\`) reaps orphans.` };
  const makers = makersOf(run.others, subject);
  if (makers === undefined) {
    return {
      verdict: 'pass',
      message: `PID 1 (\`${run.first}\`) reaps no orphans; but it runs alone and has no health check, so that there are none.`,
    };
  }
  return {
    verdict: 'warn',
    message: `PID 1 (\`${run.first}\`) does not reap a process that lost its parent: it stays as a zombie, and ${makers} can leave more.`,
    fix: 'Put an init before it (`ENTRYPOINT ["tini", "--", …]`), or run the container with `--init` (`init: true` in Compose).',
  };
}

function makersOf(others: number, { image }: Subject): string | undefined {
  if ((image.record.config.healthcheck?.test[0] ?? 'NONE') !== 'NONE')
    return 'a health check that is ended while it runs';
  return others > 0 ? 'the processes that it starts' : undefined;
}
