import { readTextIfThere } from '../../host/files.ts';

export interface CodePlace {
  readonly file: string;
  /** Counts from one. */
  readonly line: number;
  readonly column: number;
}

const LINES_BEFORE = 3;
const LINES_AFTER = 2;

/** The lines around a place, numbered, with a caret below it; absent when the file cannot be shown. */
export async function renderCodeFrame({
  file,
  line,
  column,
}: CodePlace): Promise<string | undefined> {
  const text = await readTextIfThere(file);
  const lines = text?.split('\n') ?? [];
  if (lines[line - 1] === undefined) return undefined;
  const first = Math.max(1, line - LINES_BEFORE);
  const last = Math.min(lines.length, line + LINES_AFTER);
  const width = String(last).length;
  const rendered: string[] = [];
  for (let number = first; number <= last; number += 1) {
    rendered.push(`${String(number).padStart(width)} | ${lines[number - 1] ?? ''}`);
    if (number === line) rendered.push(`${' '.repeat(width)} | ${' '.repeat(column - 1)}^`);
  }
  return rendered.join('\n');
}
