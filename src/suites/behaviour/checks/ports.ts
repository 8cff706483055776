import { dockerInspect } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { identify, readAccounts } from '../image/accounts.ts';
import { userOf } from '../image/programs.ts';
import { renderList } from '../render.ts';
import { exposedTcpPortsOf, type Subject } from '../subject.ts';
import type { Check, CheckResult } from '../check.ts';
import type { ImageFacts } from '../image/image-facts.ts';

export const ports: Check<'image'> = {
  id: 'ports',
  title: 'EXPOSEs what it should',
  proves:
    'The image EXPOSEs no port for logging in, and each of its ports can be opened by its user.',
  appliesTo: imageClasses,
  severity: 'warn',
  group: 'static',
  needs: 'image',

  isPointless: ({ image }) =>
    image.record.config.exposedPorts.length === 0 ? 'the image EXPOSEs no port' : undefined,

  async run(facts, subject) {
    return judgeExposed(facts, subject);
  },

  byHand: (subject) => dockerInspect(subject, 'Config.ExposedPorts'),
};

/** Whoever has an engine has `docker exec`; these let in whoever has the password. */
const LOGINS: ReadonlyMap<number, string> = new Map([
  [22, 'SSH'],
  [23, 'telnet'],
]);
const FIRST_FREE_PORT = 1024;

function judgeExposed(facts: ImageFacts, subject: Subject): CheckResult {
  const exposed = exposedTcpPortsOf(subject);
  const login = exposed.find((port) => LOGINS.has(port));
  if (login !== undefined) {
    return {
      verdict: 'warn',
      message: `EXPOSEs port ${String(login)}, which is for logging in with ${LOGINS.get(login) ?? ''}.`,
      fix: `Leave the server out and use \`docker exec\`, or remove ${String(login)} from \`EXPOSE\`.`,
    };
  }
  const identity = identify(userOf(subject), readAccounts(facts.tree));
  const low = exposed.filter((port) => port < FIRST_FREE_PORT);
  const isRoot = 'uid' in identity && identity.uid === 0;
  if (low.length === 0 || isRoot)
    return {
      verdict: 'pass',
      message: `EXPOSEs ${renderList(subject.image.record.config.exposedPorts)}.`,
    };
  // Docker since 20.10 lets every user open every port, so that this is nothing to warn of.
  return {
    verdict: 'pass',
    message: `EXPOSEs ${renderList(low)}, which users other than root can open under Docker, but not everywhere: OpenShift refuses ports below ${String(FIRST_FREE_PORT)}.`,
  };
}
