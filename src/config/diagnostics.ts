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

/** A place in a text; lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** How many characters the caret covers. */
  readonly length: number;
}

const MAX_FRAME_WIDTH = 100;

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

/** The line and a caret under it; a long line is cut around the place. Tabs become one space each. */
function codeFrame(text: string, place: Place): string {
  const line = (text.split(/\r?\n/u)[place.line - 1] ?? '').replaceAll(/[\p{Cc}\u{feff}]/gu, ' ');
  const start = place.column - 1;
  const from = start > MAX_FRAME_WIDTH - 20 ? start - 20 : 0;
  const shown = line.slice(from, from + MAX_FRAME_WIDTH);
  const room = Math.max(1, shown.length - (start - from));
  const gutter = `  ${place.line} | `;
  const caret = '^'.repeat(Math.max(1, Math.min(place.length, room)));
  return `${gutter}${shown.trimEnd()}\n${' '.repeat(gutter.length - 2)}| ${' '.repeat(start - from)}${caret}`;
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
