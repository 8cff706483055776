import { stripVTControlCharacters } from 'node:util';
import { renderCodeFrame } from './code-frame.ts';
import type { SpecFailure } from './spec-messages.ts';

/** One sentence: the first line of the first error, and where in which file. */
export function headlineOf(
  failures: readonly SpecFailure[],
  pathOf: (file: string) => string,
): string {
  const [first] = failures;
  if (first === undefined) return 'Failed without an error';
  const [line = '', next = ''] = stripVTControlCharacters(first.message)
    .split('\n')
    .filter((each) => each.trim() !== '');
  const { at } = first;
  const text = line.endsWith(':') ? `${line} ${next}` : line;
  if (at === undefined) return text;
  return `${text} (${pathOf(at.file)}:${String(at.line)}:${String(at.column)})`;
}

/** Each error with its difference and the lines of code around it, without colours. */
export async function describeFailures(failures: readonly SpecFailure[]): Promise<string> {
  return (await Promise.all(failures.map(describe))).join('\n\n');
}

async function describe({ name, message, diff, at }: SpecFailure): Promise<string> {
  const frame = at === undefined ? undefined : await renderCodeFrame(at);
  return [`${name}: ${message}`, diff ?? '', frame ?? '']
    .map((text) => stripVTControlCharacters(text).trimEnd())
    .filter((text) => text !== '')
    .join('\n\n');
}
