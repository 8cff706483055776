import type { Check } from '../check.ts';
import { judgeVariant, variantByHand } from '../judge-variant.ts';
import { renderList } from '../render.ts';

export const readOnly: Check<'read-only'> = {
  id: 'read-only',
  title: 'Runs read-only',
  proves:
    'The image runs with a read-only file system and the places that it was seen to write to.',
  appliesTo: ['service'],
  severity: 'warn',
  group: 'full',
  needs: 'read-only',

  async run(run, subject) {
    const { homeless } = await run.first.shelters();
    return judgeVariant(run, subject, {
      how: 'with a read-only file system',
      fix:
        homeless.length === 0
          ? 'Write to `/tmp`, `/run` or a volume alone, so that the rest can be read-only; what the log names is written at start.'
          : `Write ${renderList(homeless)} elsewhere: nothing can be mounted on the root.`,
    });
  },

  byHand: (subject) => variantByHand(subject, { isReadOnly: true, tmpfs: ['/tmp', '/run'] }),
};
