import { ExpressionError, type ExpressionErrorType } from './expression-error.ts';
import { toPattern, type Pattern } from './pattern.ts';

export type TokenType =
  | '('
  | ')'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'not'
  | 'and'
  | 'or'
  | 'literal'
  | 'identifier'
  | 'builtin'
  | 'end';

export type ExpressionValue = boolean | bigint | string | Pattern | undefined;

export interface Token {
  readonly type: TokenType;
  readonly lexeme: string;
  readonly at: number;
  /** Of a literal. */
  readonly value?: ExpressionValue;
}

const MOST_PATTERN_CHARACTERS = 256;
const GREATEST_NUMBER = 2n ** 63n - 1n;

const KEYWORDS: ReadonlyMap<string, Pick<Token, 'type' | 'value'>> = new Map([
  ['and', { type: 'and' }],
  ['AND', { type: 'and' }],
  ['or', { type: 'or' }],
  ['OR', { type: 'or' }],
  ['not', { type: 'not' }],
  ['NOT', { type: 'not' }],
  ['true', { type: 'literal', value: true }],
  ['TRUE', { type: 'literal', value: true }],
  ['false', { type: 'literal', value: false }],
  ['FALSE', { type: 'literal', value: false }],
  ['contains', { type: 'builtin' }],
  ['starts-with', { type: 'builtin' }],
  ['matches', { type: 'builtin' }],
]);

/** @throws {ExpressionError} */
export function scanExpression(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += /^\s*/u.exec(text.slice(at))?.[0].length ?? 0;
    if (at >= text.length) break;
    const token = scanToken(text, at);
    tokens.push(token);
    at += token.lexeme.length;
  }
  return [...tokens, { type: 'end', lexeme: '', at: text.length }];
}

function scanToken(text: string, at: number): Token {
  const rest = text.slice(at);
  const sign = /^(?:[()]|==|!=|<=|>=|[<>!])/u.exec(rest)?.[0];
  if (sign !== undefined) return { type: sign === '!' ? 'not' : toSign(sign), lexeme: sign, at };
  if (rest.startsWith('=')) fail('Scanner/INCOMPLETE_EQUALS', characterAt(text, at + 1), at + 1);
  const digits = /^\d+/u.exec(rest)?.[0];
  if (digits !== undefined) return scanNumber(digits, at);
  const word = /^[A-Za-z][\w\-?]*(?:\.[\w\-?]+)*/u.exec(rest)?.[0];
  if (word !== undefined) return { type: 'identifier', lexeme: word, at, ...KEYWORDS.get(word) };
  if (rest.startsWith('"')) return scanText(rest, at);
  if (rest.startsWith('/')) return scanPattern(rest, at);
  return fail('Scanner/UNEXPECTED_CHARACTER', characterAt(text, at), at);
}

const SIGNS: readonly TokenType[] = ['(', ')', '==', '!=', '<', '<=', '>', '>='];

function toSign(text: string): TokenType {
  return SIGNS.find((sign) => sign === text) ?? 'end';
}

function scanNumber(lexeme: string, at: number): Token {
  const value = BigInt(lexeme);
  if (value > GREATEST_NUMBER) fail('Scanner/INVALID_NUMERIC_LITERAL', lexeme.slice(0, 1), at);
  return { type: 'literal', lexeme, at, value };
}

function scanText(rest: string, at: number): Token {
  const lexeme = /^"(?:[^"\\]|\\[^])*"/u.exec(rest)?.[0];
  if (lexeme === undefined) return fail('Scanner/UNTERMINATED_STRING', '"', at);
  const value = lexeme.slice(1, -1).replaceAll(/\\(["\\])/gu, '$1');
  return { type: 'literal', lexeme, at, value };
}

/** In a pattern `\/` is a slash; every other escape is the pattern's own. */
function scanPattern(rest: string, at: number): Token {
  let source = '';
  let index = 1;
  while (index < rest.length && rest[index] !== '/') {
    const piece = patternPiece(rest, index, at);
    source += piece === '\\/' ? '/' : piece;
    index += piece.length;
  }
  if (index >= rest.length) fail('Scanner/UNTERMINATED_PATTERN', '/', at);
  if (source.length > MOST_PATTERN_CHARACTERS) fail('Scanner/PATTERN_TOO_LONG', '/', at);
  const value = toPattern(source);
  if (value === undefined) fail('Scanner/INVALID_PATTERN', '/', at);
  return { type: 'literal', lexeme: rest.slice(0, index + 1), at, value };
}

/** One character, or a backslash and the one after it. */
function patternPiece(rest: string, index: number, at: number): string {
  const character = characterAt(rest, index);
  const next = character === '\\' ? characterAt(rest, index + 1) : '';
  if (character > '\u{ff}' || next === 'u' || next === 'x') {
    fail('Scanner/INVALID_PATTERN_CHARACTER', character, at + index);
  }
  if (next > '\u{ff}') fail('Scanner/INVALID_PATTERN_CHARACTER', next, at + index + 1);
  return character + next;
}

/** A whole character, also one of two code units. */
function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function fail(type: ExpressionErrorType, lexeme: string, at: number): never {
  throw new ExpressionError({ type, lexeme, at });
}
