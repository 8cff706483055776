import type { Instruction } from './parse.ts';
import type { SourceRange } from './source-text.ts';

/** A piece of an instruction's text that white space surrounds; quotes are still on it. */
export interface Word {
  readonly text: string;
  /** Of its first character in the instruction's text. */
  readonly start: number;
}

/** A flag before the arguments: `--from=build`. */
export interface Flag {
  /** Lower case, without dashes. */
  readonly name: string;
  /** Quotes removed; empty for a flag without value. */
  readonly value: string;
  /** Of the value in the instruction's text. */
  readonly start: number;
}

/** Splits at white space that no quote and no escape character protects. */
export function splitWords(text: string, escape: string): readonly Word[] {
  const words: Word[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/u.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    const end = endOfWord(text, at, escape);
    words.push({ text: text.slice(at, end), start: at });
    at = end;
  }
  return words;
}

function endOfWord(text: string, start: number, escape: string): number {
  let quote = '';
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === escape && quote !== "'") at += 1;
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
    else if (quote === '' && /\s/u.test(char)) return at;
  }
  return text.length;
}

/** Divides the words of an instruction into its flags and what follows them. */
export function splitFlags(
  instruction: Instruction,
  escape: string,
): { readonly flags: readonly Flag[]; readonly rest: readonly Word[] } {
  const words = splitWords(instruction.text, escape);
  const first = words.findIndex(({ text }) => !/^--\S/u.test(text));
  const flagWords = first === -1 ? words : words.slice(0, first);
  return {
    flags: flagWords.map(({ text, start }) => {
      const equals = text.indexOf('=');
      const name = (equals === -1 ? text : text.slice(0, equals)).slice(2).toLowerCase();
      const raw = equals === -1 ? '' : text.slice(equals + 1);
      const quote = /^["']/u.test(raw) ? 1 : 0;
      return { name, value: raw.replaceAll(/["']/gu, ''), start: start + equals + 1 + quote };
    }),
    rest: first === -1 ? [] : words.slice(first),
  };
}

/** Where a piece of an instruction's text stands in the source. */
export function rangeOf(instruction: Instruction, start: number, length: number): SourceRange {
  const first = instruction.offsets[start] ?? instruction.range.start;
  const last = instruction.offsets[start + length - 1] ?? first;
  return { start: first, end: length === 0 ? first : last + 1 };
}

/** The list of an instruction in JSON form, `["a", "b"]`; absent when it has another form. */
export function jsonWordsOf(text: string): readonly string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return undefined;
    return value.every((each) => typeof each === 'string') ? value : undefined;
  } catch {
    // No JSON is no error: then it is the shell form, and begins with the command `[`.
    return undefined;
  }
}

/** `A=1 B="2 3"`, or the old form `A 1 2` with one name; names alone have no value. Quotes stay on. */
export function assignmentsOf(
  text: string,
  options: { readonly escape: string; readonly hasOldForm: boolean },
): readonly Assignment[] {
  const words = splitWords(text, options.escape);
  const [first] = words;
  if (first === undefined) return [];
  if (options.hasOldForm && !first.text.includes('=')) {
    const valueStart = words[1]?.start ?? text.length;
    return [{ name: first.text, value: text.slice(valueStart), start: valueStart }];
  }
  return words.map((word): Assignment => {
    const equals = word.text.indexOf('=');
    return equals === -1
      ? { name: word.text, value: undefined, start: word.start }
      : {
          name: word.text.slice(0, equals),
          value: word.text.slice(equals + 1),
          start: word.start + equals + 1,
        };
  });
}

export interface Assignment {
  readonly name: string;
  /** As written; absent for a name alone. */
  readonly value: string | undefined;
  /** Of the value in the instruction's text. */
  readonly start: number;
}
