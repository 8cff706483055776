import { removePrefix, removeSuffix, replacePattern } from './shell-pattern.ts';

/** Values of variables; a name that is absent is unset. */
export type Variables = ReadonlyMap<string, string>;

export interface Expansion {
  readonly text: string;
  /** Variables that were read and are unset, in the order of reading. */
  readonly unset: readonly string[];
}

/** Why a word cannot be expanded, and where in it. The caller knows the file. */
export class ExpansionProblem extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'ExpansionProblem';
    this.offset = offset;
  }
}

/**
 * Fills in the variables of a word and removes its quotes, as BuildKit's shell lexer does: `$X`, `${X}`, and
 * the modifiers `- :- + :+ ? :? # ## % %% / //`. Single quotes keep everything as it is; the escape character
 * keeps the next one.
 * @throws {ExpansionProblem} when an expression is not closed or not known, or when `${X:?message}` says so
 * @see https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
export function expandWord(word: string, variables: Variables, escape = '\\'): Expansion {
  const reader: Reader = { word, variables, escape, at: 0, unset: [], depth: 0 };
  const text = readUntil(reader, undefined);
  return { text, unset: [...new Set(reader.unset)] };
}

interface Reader {
  readonly word: string;
  readonly variables: Variables;
  readonly escape: string;
  readonly unset: string[];
  at: number;
  /** How many expressions are open around. */
  depth: number;
}

const MAX_DEPTH = 100;

/** Reads up to a stop character, which stays unread; up to the end when there is none. */
function readUntil(reader: Reader, stops: string | undefined): string {
  let text = '';
  for (;;) {
    const char = reader.word[reader.at];
    if (char === undefined || stops?.includes(char) === true) return text;
    if (char === "'") text += readSingleQuotes(reader);
    else if (char === '"') text += readDoubleQuotes(reader);
    else if (char === '$') text += readDollar(reader);
    else if (char === reader.escape) text += readEscape(reader);
    else {
      text += char;
      reader.at += 1;
    }
  }
}

function readSingleQuotes(reader: Reader): string {
  const end = reader.word.indexOf("'", reader.at + 1);
  if (end === -1) throw new ExpansionProblem("a single quote (') is not closed", reader.at);
  const text = reader.word.slice(reader.at + 1, end);
  reader.at = end + 1;
  return text;
}

function readDoubleQuotes(reader: Reader): string {
  const start = reader.at;
  let text = '';
  reader.at += 1;
  for (;;) {
    const char = reader.word[reader.at];
    if (char === undefined) throw new ExpansionProblem('a double quote (") is not closed', start);
    if (char === '"') {
      reader.at += 1;
      return text;
    }
    if (char === '$') text += readDollar(reader);
    else if (char === reader.escape) text += readEscapeInQuotes(reader);
    else {
      text += char;
      reader.at += 1;
    }
  }
}

/** Outside quotes the escape character makes any next one plain; at the end it vanishes. */
function readEscape(reader: Reader): string {
  const next = reader.word[reader.at + 1] ?? '';
  reader.at += 2;
  return next;
}

/** Inside double quotes it does so only for `"`, `$` and itself. */
function readEscapeInQuotes(reader: Reader): string {
  const next = reader.word[reader.at + 1] ?? '';
  reader.at += 2;
  return next === '"' || next === '$' || next === reader.escape ? next : `${reader.escape}${next}`;
}

function readDollar(reader: Reader): string {
  const start = reader.at;
  reader.at += 1;
  if (reader.word[reader.at] === '{') {
    if (reader.depth >= MAX_DEPTH) throw new ExpansionProblem('the expression is too deep', start);
    reader.depth += 1;
    const text = readBraces(reader, start);
    reader.depth -= 1;
    return text;
  }
  const name = readName(reader);
  return name === '' ? '$' : (valueOf(reader, name) ?? '');
}

/** A name, or one of the special parameters of a shell, which are always unset here. */
function readName(reader: Reader): string {
  const rest = reader.word.slice(reader.at, reader.at + 256);
  const [name = ''] = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?!$-])/u.exec(rest) ?? [];
  reader.at += name.length;
  return name;
}

function readBraces(reader: Reader, start: number): string {
  reader.at += 1;
  const name = readName(reader);
  if (name === '') throw new ExpansionProblem('`${` is not followed by a name', start);
  const modifier = reader.word[reader.at];
  if (modifier === undefined) throw unclosed(start);
  if (modifier === '}') {
    reader.at += 1;
    return valueOf(reader, name) ?? '';
  }
  const value = reader.variables.get(name);
  const text = readModified(reader, { name, value, start });
  if (reader.word[reader.at] !== '}') throw unclosed(start);
  reader.at += 1;
  return text;
}

interface Parameter {
  readonly name: string;
  readonly value: string | undefined;
  readonly start: number;
}

function readModified(reader: Reader, parameter: Parameter): string {
  const isColon = reader.word[reader.at] === ':';
  const operator = reader.word[reader.at + (isColon ? 1 : 0)] ?? '';
  if ('+-?'.includes(operator) && operator !== '') {
    reader.at += isColon ? 2 : 1;
    return readDefault(reader, parameter, { operator, isColon });
  }
  if (isColon || !'#%/'.includes(operator) || operator === '') {
    throw new ExpansionProblem(
      `\`${parameter.name}\` has a modifier that is not known: \`${isColon ? ':' : ''}${operator.replace('}', '')}\``,
      parameter.start,
    );
  }
  const isDoubled = reader.word[reader.at + 1] === operator;
  reader.at += isDoubled ? 2 : 1;
  return readPattern(reader, parameter, { operator, isDoubled });
}

/** `-` for a default, `+` for an alternative, `?` for a demand; with a colon, empty counts as unset. */
function readDefault(
  reader: Reader,
  { name, value, start }: Parameter,
  { operator, isColon }: { readonly operator: string; readonly isColon: boolean },
): string {
  const seen = reader.unset.length;
  const word = readUntil(reader, '}');
  const isSet = value !== undefined && !(isColon && value === '');
  const usesWord = operator === '+' ? isSet : !isSet;
  // What stands in a word that is not used was never needed.
  if (!usesWord) reader.unset.length = seen;
  if (operator === '+') return isSet ? word : '';
  if (isSet) return value;
  if (operator === '-') return word;
  throw new ExpansionProblem(
    `\`${name}\` ${word === '' ? 'is not set' : `is not set: ${word}`}`,
    start,
  );
}

function readPattern(
  reader: Reader,
  { name, start }: Parameter,
  { operator, isDoubled }: { readonly operator: string; readonly isDoubled: boolean },
): string {
  const value = valueOf(reader, name) ?? '';
  if (operator !== '/') {
    const pattern = readPatternText(reader, '}');
    const remove = operator === '#' ? removePrefix : removeSuffix;
    return remove(value, pattern, isDoubled);
  }
  const pattern = readPatternText(reader, '/}');
  if (pattern === '') throw new ExpansionProblem(`\`\${${name}/…}\` has no pattern`, start);
  let replacement = '';
  if (reader.word[reader.at] === '/') {
    reader.at += 1;
    replacement = readUntil(reader, '}');
  }
  return replacePattern(value, pattern, { replacement, isEvery: isDoubled });
}

/** As `readUntil`, but what was escaped stays escaped, so that the pattern can tell `\*` from `*`. */
function readPatternText(reader: Reader, stops: string): string {
  let text = '';
  for (;;) {
    const char = reader.word[reader.at];
    if (char === undefined || stops.includes(char)) return text;
    if (char === reader.escape) {
      text += `\\${reader.word[reader.at + 1] ?? ''}`;
      reader.at += 2;
    } else if (char === '$') {
      text += readDollar(reader);
    } else if (char === '"' || char === "'") {
      const quoted = char === '"' ? readDoubleQuotes(reader) : readSingleQuotes(reader);
      text += quoted.replaceAll(/[\\*?]/gu, String.raw`\$&`);
    } else {
      text += char;
      reader.at += 1;
    }
  }
}

function valueOf(reader: Reader, name: string): string | undefined {
  const value = reader.variables.get(name);
  if (value === undefined) reader.unset.push(name);
  return value;
}

function unclosed(start: number): ExpansionProblem {
  return new ExpansionProblem('`${` is not closed', start);
}
