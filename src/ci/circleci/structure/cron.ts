import { isOpen, report, text, type Check } from './check.ts';

const FIELDS = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12 },
  { name: 'day of the week', least: 0, most: 7 },
] as const;

/** Five fields of POSIX cron. What CircleCI documents as unsupported is said by the lint L29. */
export const cron: Check = (slot, context) => {
  text(slot, context);
  if (isOpen(slot, context) || slot.node.kind !== 'scalar') return;
  const fields = slot.node.written.trim().split(/\s+/u);
  if (fields.length !== FIELDS.length) {
    report(context, slot.node, {
      code: 'cron',
      message: `\`${slot.node.written}\` has ${fields.length} fields, and a schedule has 5.`,
      suggestion: 'They are minute, hour, day of the month, month, day of the week.',
    });
    return;
  }
  for (const [index, bounds] of FIELDS.entries()) {
    const field = fields[index] ?? '';
    if (isField(field, bounds)) continue;
    report(context, slot.node, {
      code: 'cron',
      message: `\`${field}\` is no ${bounds.name} of a schedule.`,
      suggestion: `It is \`*\`, or numbers from ${bounds.least} to ${bounds.most}.`,
    });
  }
};

function isField(field: string, { least, most }: (typeof FIELDS)[number]): boolean {
  return field.split(',').every((part) => {
    if (!/^(?:\*|[\dA-Za-z]+(?:-[\dA-Za-z]+)?)(?:\/\d+)?$/u.test(part)) return false;
    const numbers = part.replace(/\/\d+$/u, '').match(/\d+/gu) ?? [];
    return numbers.every((number) => Number(number) >= least && Number(number) <= most);
  });
}
