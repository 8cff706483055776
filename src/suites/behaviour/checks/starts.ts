import { renderSeconds } from '../render.ts';
import { adviseOnStart, renderStartEvidence } from '../start-advice.ts';
import { dockerRun } from '../by-hand.ts';
import { instructOnConfig } from '../config-advice.ts';
import type { Check, CheckResult } from '../check.ts';
import type { FirstStart } from '../runs.ts';
import type { Subject } from '../subject.ts';

export const starts: Check<'start'> = {
  id: 'starts',
  title: 'Starts',
  proves: 'A container of the image becomes ready, or does its work and ends with exit code 0.',
  appliesTo: ['service', 'one-shot', 'shell', 'needs-config', 'broken'],
  severity: 'error',
  group: 'quick',
  needs: 'start',

  async run(run, subject) {
    const { imageClass, because } = run.classification;
    const seconds = renderSeconds(run.outcome.durationMs);
    if (imageClass === 'needs-config') return instructOnConfig(run.outcome, subject);
    if (imageClass === 'shell') {
      const message = `Its shell starts, and ends at once without a terminal (${seconds}).`;
      return { verdict: 'pass', message };
    }
    if (imageClass === 'one-shot') {
      return { verdict: 'pass', message: `Did its work: ${because}.` };
    }
    if (imageClass === 'broken' || run.outcome.state !== 'ready') return failure(run, subject);
    return { verdict: 'pass', message: `Ready after ${seconds}: ${because}.` };
  },

  byHand: (subject) => dockerRun(subject, { flags: ['--rm', '-it'] }),
};

async function failure(run: FirstStart, subject: Subject): Promise<CheckResult> {
  const { message, fix } = adviseOnStart(run.outcome, subject, await run.sockets());
  return { verdict: 'fail', message, fix, evidence: renderStartEvidence(run.outcome) };
}
