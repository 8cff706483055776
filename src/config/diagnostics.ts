import { codeFrame, type Place } from '../kernel/code-frame.ts';
import { compareTexts } from '../kernel/compare-texts.ts';

/** One problem in a file that a person wrote, with all that is needed to find and mend it. */
export interface Diagnostic {
  /** Path as people know it: relative to the project where it is inside. */
  readonly file: string;
  /** From 1; absent where only the file is known. */
  readonly line?: number | undefined;
  /** From 1. */
  readonly column?: number | undefined;
  /** One sentence: what is wrong, with the value. */
  readonly message: string;
  /** The line itself with a caret under the place. */
  readonly codeFrame?: string | undefined;
  /** One sentence: what was probably meant, or what to write instead. */
  readonly suggestion?: string | undefined;
}

/** Keys and indices from the top of a configuration. */
export type Path = readonly (string | number)[];

/** A problem at a place in a configuration, before anyone has looked up where that place is in the file. */
export interface Problem {
  readonly path: Path;
  /** Whether the caret goes under the key or under its value. @default 'value' */
  readonly at?: 'key' | 'value' | undefined;
  /** Characters into the value. @default 0 */
  readonly offset?: number | undefined;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** The diagnostic for a place in a text. */
export function diagnosticAt(
  source: { readonly file: string; readonly text: string },
  place: Place,
  content: { readonly message: string; readonly suggestion?: string | undefined },
): Diagnostic {
  return {
    file: source.file,
    line: place.line,
    column: place.column,
    message: content.message,
    codeFrame: codeFrame(source.text, place),
    ...(content.suggestion === undefined ? {} : { suggestion: content.suggestion }),
  };
}

/** `images.app.tags[0]`; keys that are no plain words are quoted. */
export function renderPath(path: Path): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      if (!/^[\w$-]+$/u.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

/** All diagnostics, by file and place, each with its line and caret. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return sortDiagnostics(diagnostics).map(renderDiagnostic).join('\n\n');
}

export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) =>
      compareTexts(a.file, b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      compareTexts(a.message, b.message),
  );
}

function renderDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, message, codeFrame: frame, suggestion } = diagnostic;
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return [
    `${place}: ${message}`,
    ...(frame === undefined ? [] : [frame]),
    ...(suggestion === undefined ? [] : [`  ${suggestion}`]),
  ].join('\n');
}
