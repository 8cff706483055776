import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { renderList } from '../render.ts';
import type { SpokenPort } from '../spoken-port.ts';
import { exposedTcpPortsOf } from '../subject.ts';
import type { Check, CheckResult } from '../check.ts';

export const speaks: Check<'ready'> = {
  id: 'speaks',
  title: 'Talks to who comes',
  proves:
    'A port that listens takes connections; where HTTP is spoken, `GET /` is no error of the server.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'quick',
  needs: 'ready',

  isPointless: (subject) =>
    exposedTcpPortsOf(subject).length === 0 ? 'the image EXPOSEs no TCP port' : undefined,

  async run(run) {
    return judgeSpoken(await run.spoken());
  },

  byHand: (subject) => {
    const [port = 80] = exposedTcpPortsOf(subject);
    return inOrder(
      dockerRun(subject, { flags: ['-d', `-p 127.0.0.1::${String(port)}`] }),
      comeUp,
      `curl -i "http://$(docker port by-hand ${String(port)}/tcp)/"`,
      dockerRemove(),
    );
  },
};

const FIRST_SERVER_ERROR = 500;

export function judgeSpoken(ports: readonly SpokenPort[] | undefined): CheckResult {
  const isReached = ports?.every(({ speaks: { kind } }) => kind !== 'unreached') ?? false;
  if (ports === undefined || !isReached) {
    const reason = 'there is no way from this machine to the ports of the container';
    const evidence = ports?.map(render).join('\n');
    return { verdict: 'skip', message: `Could not be tried: ${reason}.`, reason, evidence };
  }
  if (ports.length === 0) {
    const reason = 'no port that the image EXPOSEs listens: see `ports-listen`';
    return { verdict: 'skip', message: `Nothing to judge: ${reason}.`, reason };
  }
  const seen = ports.map(render);
  const refused = ports.filter(({ speaks: { kind } }) => kind === 'refused');
  if (refused.length > 0) {
    return {
      verdict: 'fail',
      message: `Listens, and takes no connection: ${renderList(refused.map(render))}.`,
      fix: 'Let it accept from every address of its network, and see whether its queue is full or a filter in the image closes it.',
      evidence: seen.join('\n'),
    };
  }
  const broken = ports.filter(
    ({ speaks: each }) => each.kind === 'http' && each.status >= FIRST_SERVER_ERROR,
  );
  if (broken.length > 0) {
    return {
      verdict: 'warn',
      message: `Is ready, and answers \`GET /\` with an error of its own: ${renderList(broken.map(render))}.`,
      fix: 'Find in its log what it misses; if it cannot answer yet, let `ready` wait for the path that tells.',
      evidence: seen.join('\n'),
    };
  }
  return { verdict: 'pass', message: `Takes connections: ${renderList(seen)}.` };
}

function render({ port, speaks: each }: SpokenPort): string {
  return `port ${String(port)} (${renderSpeech(each)})`;
}

function renderSpeech(each: SpokenPort['speaks']): string {
  switch (each.kind) {
    case 'http':
      return `HTTP ${String(each.status)}`;
    case 'tls':
      return each.protocol;
    case 'refused':
    case 'unreached':
      return each.because;
    case 'other':
      return 'no HTTP';
  }
}
