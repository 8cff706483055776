import { endOfWord, unquote } from './scan-word.ts';

export type Operator = '' | '&&' | '||' | ';' | '|' | '&';

export interface ShellWord {
  /** Without quotes. */
  readonly text: string;
  /** As it is written. */
  readonly raw: string;
}

/** A simple command: words between operators, without keywords, assignments before it, and redirections. */
export interface ShellCommand {
  readonly words: readonly ShellWord[];
  /** What joins it to the command before, and to the one after; a new line is `;`. */
  readonly before: Operator;
  readonly after: Operator;
  /** Whether it only decides: after `if`, `while`, `until`, `elif` or `!`. */
  readonly isCondition: boolean;
  /** Characters into the script. */
  readonly at: number;
  readonly end: number;
}

export interface ShellScript {
  readonly commands: readonly ShellCommand[];
  /** False when a quote or bracket has no end: the commands are those before it. */
  readonly isWhole: boolean;
}

interface Building {
  readonly text: string;
  at: number;
  readonly commands: ShellCommand[];
  words: ShellWord[];
  start: number;
  before: Operator;
  isCondition: boolean;
  readonly heredocs: { readonly end: string; readonly isIndented: boolean }[];
}

const KEYWORDS = new Set(['then', 'else', 'fi', 'do', 'done', 'esac', '{', '}', 'time', 'in']);
const CONDITIONS = new Set(['if', 'elif', 'while', 'until', '!']);

/**
 * A shell script as simple commands. It knows words, quotes, comments, operators, here-documents and the keywords of
 * conditions and loops; what stands in `$( )` and in backticks it leaves in its word.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
 */
export function splitCommands(text: string): ShellScript {
  const state: Building = {
    text,
    at: 0,
    commands: [],
    words: [],
    start: 0,
    before: '',
    isCondition: false,
    heredocs: [],
  };
  while (state.at < text.length) {
    if (!step(state)) return { commands: state.commands, isWhole: false };
  }
  finish(state, '');
  return { commands: state.commands, isWhole: true };
}

/** False when the rest cannot be read. */
function step(state: Building): boolean {
  const rest = state.text.slice(state.at, state.at + 3);
  const blank = /^(?:[ \t\r]|\\\r?\n)/u.exec(rest)?.[0];
  if (blank !== undefined) return skip(state, blank.length);
  if (rest.startsWith('#')) return skip(state, lineEnd(state) - state.at);
  if (rest.startsWith('\n')) return newLine(state);
  return isInBrackets(state) ? word(state) : (sign(state, rest) ?? word(state));
}

/** Between `[[` and `]]` the signs of operators are words. */
function isInBrackets({ words }: Building): boolean {
  return words[0]?.text === '[[' && words.at(-1)?.text !== ']]';
}

/** A redirection or an operator; absent when none stands here. */
function sign(state: Building, rest: string): boolean | undefined {
  const redirection = /^(?:\d*(?:<<<|<<-|<<|>>|<&|>&|<>|>\||<|>)|&>>?)/u.exec(
    state.text.slice(state.at, state.at + 6),
  )?.[0];
  if (redirection !== undefined) return redirect(state, redirection);
  const operator = /^(?:&&|\|\||;;|\|&|[;|&()])/u.exec(rest)?.[0];
  if (operator === undefined) return undefined;
  skip(state, operator.length);
  return finish(state, toOperator(operator));
}

function skip(state: Building, length: number): true {
  state.at += length;
  return true;
}

function lineEnd({ text, at }: Building): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function newLine(state: Building): true {
  skip(state, 1);
  finish(state, ';');
  for (const { end, isIndented } of state.heredocs.splice(0)) {
    while (state.at < state.text.length) {
      const stop = lineEnd(state);
      const line = state.text.slice(state.at, stop);
      state.at = stop + 1;
      if ((isIndented ? line.replace(/^\t+/u, '') : line) === end) break;
    }
  }
  return true;
}

function redirect(state: Building, sign: string): boolean {
  skip(state, sign.length);
  state.at += /^[ \t]*/u.exec(state.text.slice(state.at))?.[0].length ?? 0;
  const end = endOfWord(state.text, state.at);
  if (end === undefined) return false;
  const target = unquote(state.text.slice(state.at, end));
  if (sign === '<<' || sign === '<<-') {
    state.heredocs.push({ end: target, isIndented: sign === '<<-' });
  }
  state.at = end;
  return true;
}

function toOperator(sign: string): Operator {
  if (sign === '|&') return '|';
  return (['&&', '||', '|', '&'] as const).find((each) => each === sign) ?? ';';
}

function word(state: Building): boolean {
  const length = /^[<>()&|;]+/u.exec(state.text.slice(state.at))?.[0].length;
  const end = length === undefined ? endOfWord(state.text, state.at) : state.at + length;
  if (end === undefined) return false;
  const raw = state.text.slice(state.at, end);
  const isFirst = state.words.length === 0;
  if (isFirst && CONDITIONS.has(raw)) state.isCondition = true;
  else if (!isFirst || !(KEYWORDS.has(raw) || /^\w+=/u.test(raw))) {
    if (isFirst) state.start = state.at;
    state.words.push({ text: unquote(raw), raw });
  }
  state.at = end;
  return true;
}

function finish(state: Building, operator: Operator): true {
  if (state.words.length > 0) {
    const { words, before, isCondition, start } = state;
    const end = state.at - (operator === '' ? 0 : operator.length);
    state.commands.push({ words, before, after: operator, isCondition, at: start, end });
    state.isCondition = operator !== ';' && isCondition;
  }
  const last = state.commands.at(-1);
  // After a bracket or `fi`: what joins the group joins its last command.
  if (state.words.length === 0 && operator !== ';' && last?.after === ';') {
    state.commands[state.commands.length - 1] = { ...last, after: operator };
  }
  if (state.words.length > 0 || operator !== ';') state.before = operator;
  state.words = [];
  return true;
}
