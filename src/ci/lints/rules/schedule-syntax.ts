import { entryOf, itemsOf, textOf, valueOf } from '../../circleci/tree.ts';
import type { Lint } from '../lint.ts';

/** L29: a schedule that CircleCI documents as not supported. */
export const scheduleSyntax: Lint = {
  id: 'L29',
  title: 'schedule-syntax',
  severity: 'warning',
  why: 'Steps (`*/5`) and ranges inside of lists (`1,3-5`) are not supported in schedules.',
  fix: 'Write the numbers out: `0,20,40`.',
  check: ({ workflows }) =>
    workflows.flatMap(({ entry }) =>
      itemsOf(valueOf(entry.value, 'triggers')).flatMap((trigger) => {
        const cron = entryOf(valueOf(trigger, 'schedule'), 'cron')?.value;
        const field = (textOf(cron) ?? '').split(/\s+/u).find(isUnsupported);
        return cron === undefined || field === undefined
          ? []
          : [{ origin: cron.origin, message: `\`${field}\` is not supported in a schedule.` }];
      }),
    ),
};

function isUnsupported(field: string): boolean {
  return field.includes('/') || /,.*-|-.*,/u.test(field);
}
