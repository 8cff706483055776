import { TemplateProblem } from './template-problem.ts';

/** The file as text and actions, in order. Comments are gone. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly offset: number }
  | { readonly kind: 'action'; readonly tokens: readonly Token[]; readonly offset: number };

export interface Token {
  readonly kind: 'text' | 'number' | 'name' | 'field' | 'variable' | 'dot' | 'sign';
  /** The value of a text; without the dot of a field; with the dollar of a variable. */
  readonly text: string;
  readonly offset: number;
}

const LEFT = /\{\{(?:-(?=\s))?/gu;
const COMMENT = /\{\{(?:-\s+)?\/\*.*?\*\/(?:\s+-)?\}\}/suy;

/** @see https://pkg.go.dev/text/template#hdr-Text_and_spaces */
export function lexTemplate(source: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimsNext = false;
  for (;;) {
    LEFT.lastIndex = at;
    const left = LEFT.exec(source);
    const end = left?.index ?? source.length;
    pushText(pieces, source.slice(at, end), {
      offset: at,
      trimsStart: trimsNext,
      trimsEnd: left?.[0].endsWith('-') === true,
    });
    if (left === null) return pieces;
    const action = lexAction(source, left.index, left[0].length);
    if (action.tokens !== undefined) {
      pieces.push({ kind: 'action', tokens: action.tokens, offset: left.index });
    }
    trimsNext = action.trimsNext;
    at = action.end;
  }
}

function pushText(
  pieces: Piece[],
  text: string,
  about: { readonly offset: number; readonly trimsStart: boolean; readonly trimsEnd: boolean },
): void {
  const start = about.trimsStart ? text.length - text.trimStart().length : 0;
  const kept = about.trimsEnd ? text.slice(start).trimEnd() : text.slice(start);
  if (kept !== '') pieces.push({ kind: 'text', text: kept, offset: about.offset + start });
}

interface LexedAction {
  /** Absent for a comment. */
  readonly tokens?: readonly Token[];
  readonly end: number;
  readonly trimsNext: boolean;
}

function lexAction(source: string, offset: number, leftLength: number): LexedAction {
  COMMENT.lastIndex = offset;
  const comment = COMMENT.exec(source)?.[0];
  if (comment !== undefined) {
    return { end: offset + comment.length, trimsNext: comment.endsWith('-}}') };
  }
  const tokens: Token[] = [];
  let at = offset + leftLength;
  for (;;) {
    const rest = /\s*/uy;
    rest.lastIndex = at;
    const space = rest.exec(source)?.[0] ?? '';
    at += space.length;
    if (source.startsWith('}}', at)) return { tokens, end: at + 2, trimsNext: false };
    if (space !== '' && source.startsWith('-}}', at))
      return { tokens, end: at + 3, trimsNext: true };
    if (at >= source.length) {
      throw new TemplateProblem(offset, 'This action has no end.', 'Close it with `}}`.');
    }
    const { token, end } = lexToken(source, at);
    tokens.push(token);
    at = end;
  }
}

const TOKEN =
  /(?<quoted>"(?:[^"\\\n]|\\.)*")|(?<raw>`[^`]*`)|(?<character>'(?:[^'\\\n]|\\.)+')|(?<number>[+-]?(?:0[xX][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))|(?<field>\.[\p{L}_][\p{L}\p{N}_]*)|(?<variable>\$[\p{L}\p{N}_]*)|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<dot>\.)|(?<sign>:=|[=(),|])/uy;

function lexToken(source: string, offset: number): { readonly token: Token; readonly end: number } {
  TOKEN.lastIndex = offset;
  const match = TOKEN.exec(source);
  const groups: Readonly<Record<string, string | undefined>> = match?.groups ?? {};
  const end = TOKEN.lastIndex;
  const found = Object.entries(groups).find(([, text]) => text !== undefined);
  if (match === null || found === undefined) {
    const message = `${JSON.stringify(source.slice(offset, offset + 1))} cannot stand in an action.`;
    throw new TemplateProblem(offset, message);
  }
  const [kind, text = ''] = found;
  return { token: { ...toToken(kind, text, offset), offset }, end };
}

function toToken(kind: string, text: string, offset: number): Omit<Token, 'offset'> {
  switch (kind) {
    case 'quoted':
      return { kind: 'text', text: unquote(text, offset) };
    case 'raw':
      return { kind: 'text', text: text.slice(1, -1) };
    case 'character': {
      const [character = ''] = unquote(`"${text.slice(1, -1)}"`, offset);
      return { kind: 'number', text: String(character.codePointAt(0) ?? 0) };
    }
    case 'field':
      return { kind, text: text.slice(1) };
    case 'number':
    case 'variable':
    case 'name':
    case 'dot':
      return { kind, text };
    default:
      return { kind: 'sign', text };
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** @see https://go.dev/ref/spec#String_literals */
function unquote(text: string, offset: number): string {
  return text
    .slice(1, -1)
    .replaceAll(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|.)/gsu, (whole: string) => {
      if (whole.length > 2) return String.fromCharCode(Number.parseInt(whole.slice(2), 16));
      const meant = ESCAPES[whole.slice(1)];
      if (meant !== undefined) return meant;
      throw new TemplateProblem(
        offset,
        `\`${whole}\` is no escape in a text of Go.`,
        String.raw`Write a backslash as \\, or put the text into backquotes.`,
      );
    });
}
