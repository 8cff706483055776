import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { exposedTcpPortsOf } from '../subject.ts';
import { loopbackFix } from '../start-advice.ts';
import { renderList } from '../render.ts';
import { renderSockets, sightPort, type ListeningSocket } from '../sockets-seen.ts';
import type { Check, CheckResult } from '../check.ts';

export const portsListen: Check<'start'> = {
  id: 'ports-listen',
  title: 'Exposed ports listen',
  proves: 'Each TCP port that the image EXPOSEs can be reached from outside the container.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'quick',
  needs: 'start',

  isPointless: (subject) =>
    exposedTcpPortsOf(subject).length === 0 ? 'the image EXPOSEs no TCP port' : undefined,

  async run(run, subject) {
    return judgePorts(exposedTcpPortsOf(subject), await run.sockets());
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      comeUp,
      'docker run --rm --network container:by-hand busybox netstat -ltn',
      dockerRemove(),
    ),
};

/** One reachable port makes the others optional: TLS without a certificate, a management port. */
export function judgePorts(
  ports: readonly number[],
  sockets: readonly ListeningSocket[],
): CheckResult {
  const sighted = ports.map((port) => ({ port, sighting: sightPort(sockets, port) }));
  const of = (wanted: string): readonly number[] =>
    sighted.filter(({ sighting }) => sighting === wanted).map(({ port }) => port);
  const [reachable, loopback, closed] = [of('reachable'), of('loopback'), of('closed')];
  if (reachable.length === ports.length) {
    return { verdict: 'pass', message: `${nameOf(ports)} can be reached from outside.` };
  }
  const verdict = reachable.length === 0 ? 'fail' : 'warn';
  const evidence = `Seen: ${renderSockets(sockets)}.`;
  if (loopback.length > 0) {
    return {
      verdict,
      message: `${nameOf(loopback)} is open on the loopback address only: nobody outside the container can reach it.`,
      fix: loopbackFix(loopback),
      evidence,
    };
  }
  return {
    verdict,
    message: `${nameOf(closed)} is EXPOSEd, but nothing listens there; ${renderSockets(sockets)}.`,
    fix: fixForClosed(closed, ports, sockets),
    evidence: undefined,
  };
}

function fixForClosed(
  closed: readonly number[],
  ports: readonly number[],
  sockets: readonly ListeningSocket[],
): string {
  const undeclared = sockets
    .filter(({ port, isLoopback }) => !isLoopback && !ports.includes(port))
    .map(({ port }) => port);
  if (undeclared.length > 0) {
    return `Change \`EXPOSE ${closed.join(' ')}\` to \`EXPOSE ${[...new Set(undeclared)].join(' ')}\`, or make the server listen there.`;
  }
  return `Remove ${renderList(closed)} from \`EXPOSE\`, or configure the server to open it.`;
}

function nameOf(ports: readonly number[]): string {
  return `${ports.length === 1 ? 'Port' : 'Ports'} ${renderList(ports)}`;
}
