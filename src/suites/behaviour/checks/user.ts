import { dockerInspect, dockerLook, inOrder, printFile } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { identify, readAccounts } from '../image/accounts.ts';
import { userOf } from '../image/programs.ts';
import type { Check, CheckResult } from '../check.ts';
import type { ImageFacts } from '../image/image-facts.ts';
import type { Subject } from '../subject.ts';

export const user: Check<'image'> = {
  id: 'user',
  title: 'USER is known and no root',
  proves:
    'USER is not root, is a number that Kubernetes can verify, and names nobody whom the image does not know.',
  appliesTo: imageClasses,
  severity: 'error',
  group: 'static',
  needs: 'image',

  async run(facts, subject) {
    return judgeUser(facts, subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerInspect(subject, 'Config.User'),
      dockerLook(subject, printFile('/etc/passwd'), printFile('/etc/group')),
    ),
};

function judgeUser(facts: ImageFacts, subject: Subject): CheckResult {
  const accounts = readAccounts(facts.tree);
  const given = userOf(subject);
  const identity = identify(given, accounts);
  if ('unknown' in identity) {
    const file = identity.unknown === 'user' ? '/etc/passwd' : '/etc/group';
    return {
      verdict: 'fail',
      message: `USER names the ${identity.unknown} \`${identity.name}\`, which is not in ${file} of the image: no container of it starts.`,
      fix: `Add it with \`${identity.unknown}add\` before USER, or give a number: \`USER 10001\`.`,
    };
  }
  const [name = ''] = given.split(':');
  if (identity.uid === 0) return judgeRoot(name, facts);
  if (/^\d+$/u.test(name)) return { verdict: 'pass', message: `USER is the number ${name}.` };
  return {
    verdict: 'warn',
    message: `USER is the name \`${name}\`: Kubernetes cannot verify \`runAsNonRoot\` for it, and then refuses to start the container.`,
    fix: `Write the number: \`USER ${String(identity.uid)}\`.`,
  };
}

/** Some images begin as root and give that up. Where a container ran, `identity` has seen as whom. */
function judgeRoot(name: string, { imageClass }: ImageFacts): CheckResult {
  const how = name === '' ? 'There is no USER, which means root' : `USER is \`${name}\``;
  if (imageClass === 'service' || imageClass === 'one-shot')
    return {
      verdict: 'pass',
      message: `${how}; as whom it runs in the end, \`identity\` has seen.`,
    };
  return {
    verdict: 'warn',
    message: `${how}.`,
    fix: 'Add `USER 10001` (a number) after the last instruction that needs root.',
  };
}
