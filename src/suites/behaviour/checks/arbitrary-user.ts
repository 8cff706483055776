import type { Check } from '../check.ts';
import { judgeVariant, variantByHand } from '../judge-variant.ts';

export const arbitraryUser: Check<'arbitrary-user'> = {
  id: 'arbitrary-user',
  title: 'Runs as any user',
  proves: 'The image runs as a user that it does not know, in group 0, as OpenShift starts it.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'full',
  alsoIn: ['openshift'],
  needs: 'arbitrary-user',

  async run(run, subject) {
    return judgeVariant(run, subject, {
      how: 'as a user that it does not know',
      fix: 'Give what it writes to group 0 and let the group do what the owner may: `chgrp -R 0 DIR && chmod -R g=u DIR`; need no entry in /etc/passwd.',
    });
  },

  byHand: (subject) => variantByHand(subject, { user: '1000730001:0' }),
};
