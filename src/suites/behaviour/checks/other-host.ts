import { inOrder } from '../by-hand.ts';
import type { Check, CheckResult } from '../check.ts';
import { judgeVariant, variantByHand } from '../judge-variant.ts';
import { otherHosts } from '../other-host-line.ts';
import { renderList } from '../render.ts';
import type { OtherHostRun } from '../runs.ts';
import type { StartOutcome } from '../start-outcome.ts';
import type { Subject } from '../subject.ts';

export const otherHost: Check<'other-host'> = {
  id: 'other-host',
  title: 'Runs on other hosts, too',
  proves: 'The image comes up under a long host name without IPv6, and where there is IPv6.',
  appliesTo: ['service'],
  severity: 'info',
  group: 'full',
  needs: 'other-host',

  async run(run, subject) {
    return judgeOtherHost(run, subject);
  },

  byHand: (subject) =>
    inOrder(...otherHosts.map(({ circumstances }) => variantByHand(subject, circumstances))),
};

/** What the engine is cannot be changed for one container: it is told, so that others know where it was tried. */
export function judgeOtherHost({ tries, engine }: OtherHostRun, subject: Subject): CheckResult {
  const tried = tries.filter(({ run }) => !isUnchanged(run.outcome));
  if (tried.length === 0) {
    const reason = 'the engine lets no container have a say in IPv6';
    return { verdict: 'skip', message: `Could not be tried: ${reason}.`, reason };
  }
  const failed = tried.find(({ run }) => run.outcome.state !== 'ready');
  if (failed !== undefined) {
    const judged = judgeVariant(failed.run, subject, {
      how: failed.how,
      fix: 'Listen on 0.0.0.0 where `::` cannot be had, and take the name of the host for what it is: any text of up to 63 letters, digits and dashes.',
    });
    return { ...judged, message: `${judged.message} ${engineOf(engine)}` };
  }
  return {
    verdict: 'pass',
    message: `Comes up ${renderList(tried.map(({ how }) => how))}. ${engineOf(engine)}`,
  };
}

/** The kernel, or the engine, does not let it be changed. */
function isUnchanged(outcome: StartOutcome): boolean {
  return outcome.state === 'refused' && /sysctl|\/proc\/sys/iu.test(outcome.because);
}

function engineOf({ isRootless, hasUserNamespaces }: OtherHostRun['engine']): string {
  const users =
    isRootless || hasUserNamespaces
      ? 'root of a container is another user outside'
      : 'root of a container is root outside';
  return `Tried on an engine that runs ${isRootless ? 'without root' : 'as root'}, where ${users}.`;
}
