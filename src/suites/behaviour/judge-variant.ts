import { comeUp, dockerRemove, dockerRun, inOrder } from './by-hand.ts';
import type { CheckResult } from './check.ts';
import { dockerFlags, type Circumstances } from './circumstances.ts';
import { renderSeconds } from './render.ts';
import type { VariantRun } from './runs.ts';
import { adviseOnStart, renderStartEvidence } from './start-advice.ts';
import type { Subject } from './subject.ts';

/** Whether it comes up in other circumstances than its first container. */
export function judgeVariant(
  { outcome, circumstances }: VariantRun,
  subject: Subject,
  words: {
    /** `as any user`: ends the sentences on how it went. */
    readonly how: string;
    readonly fix: string;
  },
): CheckResult {
  const { how, fix } = words;
  if (outcome.state === 'ready')
    return {
      verdict: 'pass',
      message: `Ready ${how} after ${renderSeconds(outcome.durationMs)}: \`${dockerFlags(circumstances).join(' ')}\`.`,
    };
  const { message } = adviseOnStart(outcome, subject);
  return {
    verdict: 'fail',
    message: `Does not come up ${how}. ${message}`,
    fix,
    evidence: renderStartEvidence(outcome),
  };
}

/** Commands that show the same by hand. */
export function variantByHand(subject: Subject, circumstances: Circumstances): string {
  return inOrder(
    dockerRun(subject, { flags: ['-d', ...dockerFlags(circumstances)] }),
    comeUp,
    'docker ps -a -f name=by-hand',
    'docker logs --tail 20 by-hand',
    dockerRemove(),
  );
}
