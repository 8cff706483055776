import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { renderList } from '../render.ts';
import { renderProcesses, type Process } from '../processes.ts';
import type { Check, CheckResult } from '../check.ts';
import type { Subject } from '../subject.ts';

export const identity: Check<'start'> = {
  id: 'identity',
  title: 'Runs as whom',
  proves: 'The first process of the image does not run as root.',
  appliesTo: ['service', 'one-shot'],
  severity: 'warn',
  group: 'quick',
  needs: 'start',

  async run(run, subject) {
    return judgeIdentity(await run.processes(), subject);
  },

  byHand: (subject) =>
    inOrder(dockerRun(subject), comeUp, 'docker top by-hand -eo pid,uid,args', dockerRemove()),
};

const FIX =
  'Add `USER 10001` (a number) after the last instruction that needs root, and give that user the folders that it writes to.';

export function judgeIdentity(processes: readonly Process[], subject: Subject): CheckResult {
  const { profile, record } = subject.image;
  const user = profile.run.user ?? record.config.user;
  const [first, ...others] = processes;
  if (first === undefined) return judgeConfigured(user);
  if (first.uid !== 0)
    return { verdict: 'pass', message: `Runs as uid ${first.uid}${named(user)}.` };
  const workers = [...new Set(others.map(({ uid }) => uid))].filter((uid) => uid !== 0);
  const dropped =
    workers.length === 0 ? '' : ` (other processes run as uid ${renderList(workers)})`;
  return {
    verdict: 'warn',
    message: `PID 1 (\`${first.argv}\`) runs as root${dropped}.`,
    fix: FIX,
    evidence: renderProcesses(processes),
  };
}

/** For a container that has ended, only what was asked for is known. */
function judgeConfigured(user: string): CheckResult {
  const name = user.split(':')[0] ?? '';
  if (name !== '' && name !== '0' && name !== 'root') {
    return { verdict: 'pass', message: `Is set to run as ${name}${named(user)}.` };
  }
  return { verdict: 'warn', message: 'Is set to run as root: it has no USER.', fix: FIX };
}

/** Kubernetes cannot verify `runAsNonRoot` for a name. */
function named(user: string): string {
  const name = user.split(':')[0] ?? '';
  return name === '' || /^\d+$/u.test(name)
    ? ''
    : `, by the name \`${name}\`; a number would let Kubernetes verify \`runAsNonRoot\``;
}
