import type { Check } from '../check.ts';
import { judgeVariant, variantByHand } from '../judge-variant.ts';

export const terminal: Check<'terminal'> = {
  id: 'terminal',
  title: 'Runs in a terminal, too',
  proves: 'The image comes up with a terminal and open input as it does without.',
  appliesTo: ['service'],
  severity: 'info',
  group: 'full',
  needs: 'terminal',

  async run(run, subject) {
    return judgeVariant(run, subject, {
      how: 'with a terminal',
      fix: 'Do not take an open input for a person: whoever debugs starts it with `-it`.',
    });
  },

  byHand: (subject) => variantByHand(subject, { tty: true, openStdin: true }),
};
