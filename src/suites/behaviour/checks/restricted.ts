import type { Check } from '../check.ts';
import { judgeVariant, variantByHand } from '../judge-variant.ts';
import type { Subject } from '../subject.ts';

export const restricted: Check<'restricted'> = {
  id: 'restricted',
  title: 'Runs in a restricted cluster',
  proves:
    'The image runs as another user than root, without capabilities and without new privileges.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'full',
  alsoIn: ['kubernetes-restricted'],
  needs: 'restricted',

  async run(run, subject) {
    const refused = refusedByKubelet(subject);
    if (refused !== undefined)
      return {
        verdict: 'fail',
        message: refused,
        fix: 'End the Dockerfile with a number that is not 0, such as `USER 10001`.',
      };
    return judgeVariant(run, subject, {
      how: 'without capabilities and new privileges',
      fix: 'Do without `chown`, `su` and programs with setuid at start: let the build give files to the user that it runs as.',
    });
  },

  byHand: (subject) =>
    variantByHand(subject, {
      droppedCapabilities: ['ALL'],
      capabilities: ['NET_BIND_SERVICE'],
      isWithoutNewPrivileges: true,
    }),
};

/** In the words of the kubelet, which looks at the number alone. */
function refusedByKubelet({ image }: Subject): string | undefined {
  const user = image.profile.run.user ?? image.record.config.user;
  const [name = ''] = user.split(':');
  if (name === '' || /^0+$/u.test(name))
    return 'Starts as root: "container has runAsNonRoot and image will run as root".';
  if (/^\d+$/u.test(name)) return undefined;
  return `Starts as \`${name}\`: "container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root".`;
}
