import { z } from 'zod';
import { EVENT_VERSION, runEventBodySchema } from '../../src/kernel/run-events.ts';
import { toSections } from './json-schema-fields.ts';
import { code, renderPage, renderTable } from './markdown.ts';

export function renderEvents(): string {
  return renderPage('Run events', [
    `A run is one append-only file, \`.seatrial/runs/<id>/events.jsonl\`: one JSON object per line. Every report is made from it. Each line has \`v\` (${EVENT_VERSION}), \`seq\` (counts up without a gap), \`at\` (ISO 8601) and \`type\`; by type it has these fields besides. Readers ignore fields that they do not know.`,
    ...runEventBodySchema.options.map(renderEvent),
  ]);
}

function renderEvent(option: z.ZodType): string {
  const [event, ...nested] = toSections(z.toJSONSchema(option, { unrepresentable: 'any' }));
  const type = event?.fields.find((field) => field.key === 'type')?.type ?? '';
  const rows = [event, ...nested].flatMap((section) =>
    (section?.fields ?? [])
      .filter((field) => field.key !== 'type')
      .map((field) => [
        code([section?.path, field.key].filter(Boolean).join('.')),
        field.type,
        field.isRequired ? 'always' : 'when known',
      ]),
  );
  return [`## ${type.replaceAll('"', '')}`, renderTable(['field', 'value', 'present'], rows)].join(
    '\n\n',
  );
}
