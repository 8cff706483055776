import type { ConfigSource } from '../../config/config-source.ts';
import { diagnosticAt, type Diagnostic } from '../../config/diagnostics.ts';
import { ConfigError } from '../../config/errors.ts';
import { parseYamlSource, type YamlDialect } from '../../config/yaml-source.ts';
import type { Place } from '../../kernel/code-frame.ts';
import { renderTemplate, type Rendered } from './template/render-template.ts';
import { TemplateProblem } from './template/template-problem.ts';
import type { TemplateData } from './template/template-values.ts';

export interface WrittenFile {
  /** Path as people know it. */
  readonly file: string;
  readonly text: string;
}

/** A file that was rendered and read, or all that keeps it from being read. */
export type RenderedReading =
  | { readonly ok: true; readonly source: ConfigSource; readonly rendered: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Renders a file and reads what comes of it as YAML, which JSON is too. Places in diagnostics are those in the file as
 * it is written.
 */
export function readRendered(
  written: WrittenFile,
  data: TemplateData,
  dialect: YamlDialect,
): RenderedReading {
  try {
    const rendered = renderTemplate(written.text, data);
    const toWritten = (found: Diagnostic): Diagnostic => placeInFile(found, rendered, written);
    return readYaml(written.file, rendered.text, { dialect, toWritten });
  } catch (error) {
    if (!(error instanceof TemplateProblem)) throw error;
    const { message, suggestion } = error;
    const place = { ...placeOfOffset(written.text, error.offset), length: 1 };
    return { ok: false, diagnostics: [diagnosticAt(written, place, { message, suggestion })] };
  }
}

interface YamlReading {
  readonly dialect: YamlDialect;
  readonly toWritten: (found: Diagnostic) => Diagnostic;
}

function readYaml(
  file: string,
  rendered: string,
  { dialect, toWritten }: YamlReading,
): RenderedReading {
  try {
    const source = parseYamlSource(file, rendered, dialect);
    const diagnose: ConfigSource['diagnose'] = (problem) => toWritten(source.diagnose(problem));
    return { ok: true, rendered, source: { ...source, diagnose } };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ok: false, diagnostics: error.diagnostics.map(toWritten) };
  }
}

/** Where a place in the rendered text comes from: the same text in the file, or the action that made it. */
function placeInFile(
  found: Diagnostic,
  { text, pieces }: Rendered,
  written: WrittenFile,
): Diagnostic {
  const { line, column, message, suggestion } = found;
  if (line === undefined || column === undefined || text === written.text) return found;
  const lines = text.split('\n');
  const at = lines.slice(0, line - 1).join('\n').length + (line === 1 ? 0 : 1) + column - 1;
  const piece = pieces.findLast((each) => each.at <= at);
  if (piece === undefined) return found;
  const offset = piece.isLiteral ? piece.offset + at - piece.at : piece.offset;
  const place = { ...placeOfOffset(written.text, offset), length: 1 };
  const made = piece.isLiteral
    ? ''
    : ` The template makes \`${(lines[line - 1] ?? '').trim()}\` of it.`;
  return diagnosticAt(written, place, { message: `${message}${made}`, suggestion });
}

function placeOfOffset(text: string, offset: number): Pick<Place, 'line' | 'column'> {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
