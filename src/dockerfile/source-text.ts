import { DockerfileError, type DockerfileErrorCode, type DockerfilePlace } from './errors.ts';

/** A Dockerfile as it is on disk. */
export interface SourceText {
  /** Path as people know it. */
  readonly file: string;
  readonly text: string;
}

/** From one character of a text to another; counts UTF-16 units from 0, the end is outside. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

export function placeOfRange(source: SourceText, range: SourceRange): DockerfilePlace {
  const before = source.text.slice(0, range.start).split('\n');
  return {
    file: source.file,
    text: source.text,
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    length: Math.max(1, range.end - range.start),
  };
}

export function errorAt(
  source: SourceText,
  range: SourceRange,
  about: {
    readonly code: DockerfileErrorCode;
    readonly message: string;
    readonly hint?: string | undefined;
  },
): DockerfileError {
  return new DockerfileError(about.code, about.message, {
    hint: about.hint,
    place: placeOfRange(source, range),
  });
}

export interface SourceLine {
  /** Without its line end. */
  readonly text: string;
  readonly offset: number;
  /** From 1. */
  readonly number: number;
}

export function splitLines(text: string): readonly SourceLine[] {
  let offset = 0;
  return text.split('\n').map((line, index) => {
    // A byte order mark and the carriage return of Windows are no part of a line.
    const mark = index === 0 && line.startsWith('\uFEFF') ? 1 : 0;
    const found = {
      text: line.slice(mark).replace(/\r$/u, ''),
      offset: offset + mark,
      number: index + 1,
    };
    offset += line.length + 1;
    return found;
  });
}

/** The line, from 1, that holds an offset. */
export function lineAt(lines: readonly SourceLine[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle]?.offset ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}
