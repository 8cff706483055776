import type { Check } from '../check.ts';
import { judgeVariant, variantByHand } from '../judge-variant.ts';
import { renderSize } from '../render.ts';

export const smallBox: Check<'small-box'> = {
  id: 'small-box',
  title: 'Starts in a small box',
  proves:
    'The image comes up with 256 MB of memory and half a processor, or with the limits of its profile.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'full',
  needs: 'small-box',

  async run(run, subject) {
    return judgeVariant(run, subject, {
      how: `with ${renderSize(run.circumstances.memoryBytes ?? 0)} of memory`,
      fix: 'Make it use less at start, or say in `run.memory` and `run.cpus` what it needs.',
    });
  },

  byHand: (subject) => variantByHand(subject, { memoryBytes: 256 * 1024 ** 2, cpus: 0.5 }),
};
