import { configJsonSchema } from '../json-schema.ts';
import { toSections, type Section } from './json-schema-fields.ts';
import { code, renderPage, renderTable } from './markdown.ts';

export function renderConfiguration(): string {
  return renderPage('Configuration', [
    'Every key of `seatrial.yaml` and `seatrial.config.ts`. Unknown keys are errors. Without a configuration, each value is derived from the Dockerfile. The same as JSON Schema: `seatrial/schema.json`.',
    ...toSections(configJsonSchema()).map(renderSection),
  ]);
}

function renderSection({ path, description, fields }: Section): string {
  const rows = fields.map((field) => [
    code(field.key),
    field.type,
    field.isRequired ? 'required' : field.default === undefined ? '' : code(field.default),
    field.description,
  ]);
  return [
    `## ${path === '' ? 'The file' : code(path)}`,
    ...(description === '' ? [] : [description]),
    renderTable(['key', 'value', 'default', 'meaning'], rows),
  ].join('\n\n');
}
