import { EngineError } from '../../../engine/errors.ts';
import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { isShell, type Process } from '../processes.ts';
import { renderList } from '../render.ts';
import { renderSockets, type ListeningSocket } from '../sockets-seen.ts';
import { portsAskedFor, type Subject } from '../subject.ts';
import type { Check, CheckResult } from '../check.ts';
import type { FirstStart } from '../runs.ts';

export const unexposedListeners: Check<'start'> = {
  id: 'unexposed-listeners',
  title: 'Opens no port that it does not name',
  proves:
    'Others in the network of the container reach no TCP port of it but those that it EXPOSEs.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'quick',
  needs: 'start',

  async run(run, subject) {
    const sockets = await socketsOf(run);
    if (typeof sockets === 'string')
      return { verdict: 'skip', message: `Could not be seen: ${sockets}.`, reason: sockets };
    return judgeListeners(sockets, await run.processes(), subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      comeUp,
      'docker run --rm --network container:by-hand busybox netstat -ltn',
      dockerRemove(),
    ),
};

/** For an image that EXPOSEs nothing there is no other check to say that nobody can look. */
async function socketsOf(run: FirstStart): Promise<readonly ListeningSocket[] | string> {
  try {
    return await run.sockets();
  } catch (error) {
    if (error instanceof EngineError && error.code === 'ENGINE_NO_PROBE') return error.message;
    throw error;
  }
}

/** From here on the kernel gives out ports by itself. @see https://docs.kernel.org/networking/ip-sysctl.html */
const FIRST_EPHEMERAL_PORT = 32_768;

/** What the owner names in `ready` or `state` is known, though the image does not tell others. */
export function judgeListeners(
  sockets: readonly ListeningSocket[],
  processes: readonly Process[],
  subject: Subject,
): CheckResult {
  const known = portsAskedFor(subject);
  const open = sockets
    .filter(({ protocol, isLoopback }) => protocol === 'tcp' && !isLoopback)
    .map(({ port }) => port);
  const others = [...new Set(open)].filter((port) => !known.includes(port)).toSorted(ascending);
  const named = others.filter((port) => port < FIRST_EPHEMERAL_PORT);
  const passing = others.filter((port) => port >= FIRST_EPHEMERAL_PORT);
  const besides =
    passing.length === 0
      ? ''
      : `; besides, it has opened ${renderList(passing)}, given by the kernel`;
  if (named.length === 0)
    return { verdict: 'pass', message: `Has no open port that it does not EXPOSE${besides}.` };
  const ports = renderList(named);
  return {
    verdict: 'warn',
    message: `Port ${ports} can be reached by others, and the image does not EXPOSE it${openedBy(processes)}${besides}.`,
    fix: `Add \`EXPOSE ${named.join(' ')}\` if it is for others; else turn it off, or let it listen on 127.0.0.1. What is meant to be so, silence with \`skip\`.`,
    evidence: `Seen: ${renderSockets(sockets)}.`,
  };
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** Who opened it is known when there is only one who can. */
function openedBy(processes: readonly Process[]): string {
  const programs = processes.map(({ argv }) => argv).filter((argv) => !isShell(argv.split(' ')[0]));
  const [program, ...more] = new Set(programs.map((argv) => argv.split(' ')[0] ?? ''));
  return program === undefined || more.length > 0 ? '' : ` (opened by \`${program}\`)`;
}
