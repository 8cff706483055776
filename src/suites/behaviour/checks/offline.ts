import type { Check } from '../check.ts';
import { judgeVariant, variantByHand } from '../judge-variant.ts';

export const offline: Check<'offline'> = {
  id: 'offline',
  title: 'Starts without a network',
  proves: 'The image comes up without asking anything of a network.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'full',
  needs: 'offline',

  async run(run, subject) {
    return judgeVariant(run, subject, {
      how: 'without a network',
      fix: 'Put into the image at build time what it fetches at start, and let it wait for what it talks to instead of ending.',
    });
  },

  byHand: (subject) => variantByHand(subject, { network: 'none' }),
};
