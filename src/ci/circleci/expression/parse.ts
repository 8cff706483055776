import { ExpressionError, type ExpressionErrorType } from './expression-error.ts';
import { scanExpression, type ExpressionValue, type Token, type TokenType } from './scan.ts';

export type Expression =
  | { readonly kind: 'literal'; readonly value: ExpressionValue }
  | { readonly kind: 'variable'; readonly token: Token }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: Token;
      readonly left: Expression;
      readonly right: Expression;
    };

/** Deeper than this no person nests; the recursion ends here and not at the end of the stack. */
const MOST_DEPTH = 200;

/**
 * The expression language of `<< >>`, of `filters` and of a workflow's `when`.
 * @throws {ExpressionError}
 * @see https://circleci.com/docs/guides/orchestrate/pipeline-variables/
 */
export function parseExpression(text: string): Expression {
  const cursor = new Cursor(scanExpression(text));
  const expression = cursor.binary(0);
  if (cursor.peek().type !== 'end') {
    cursor.refuseUnknownOperator();
    fail('Parser/UNEXPECTED_ADDITIONAL_INPUT', cursor.peek());
  }
  return expression;
}

/** From loosest to tightest. */
const LEVELS: readonly (readonly TokenType[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', 'builtin'],
  ['>', '>=', '<', '<='],
];
const COMPARISON = 3;

class Cursor {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token {
    return this.#tokens[this.#index] ?? { type: 'end', lexeme: '', at: 0 };
  }

  binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = this.#take(...operators);
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.binary(level + 1) };
    }
  }

  /** `a foo b` is most likely a misspelt operator; `a foo` is only too much. */
  refuseUnknownOperator(): void {
    const word = this.#take('identifier');
    if (word === undefined) return;
    this.#index -= 1;
    if (isOperand(this.#tokens.slice(this.#index + 1))) {
      fail('Parser/UNKNOWN_BUILTIN_FUNCTION', word);
    }
  }

  #unary(): Expression {
    this.#depth += 1;
    if (this.#depth > MOST_DEPTH) fail('Parser/EXPECTED_EXPRESSION', this.peek());
    const expression =
      this.#take('not') === undefined
        ? this.#primary()
        : ({ kind: 'not', operand: this.#unary() } as const);
    this.#depth -= 1;
    return expression;
  }

  #primary(): Expression {
    const literal = this.#take('literal');
    if (literal !== undefined) return { kind: 'literal', value: literal.value };
    const token = this.#take('identifier');
    if (token !== undefined) return { kind: 'variable', token };
    if (this.#take('(') === undefined) fail('Parser/EXPECTED_EXPRESSION', this.peek());
    const inner = this.binary(0);
    if (this.#take(')') === undefined) fail('Parser/EXPECTED_RIGHT_PAREN', this.peek());
    return inner;
  }

  #take(...types: readonly TokenType[]): Token | undefined {
    const token = this.peek();
    if (token.type === 'end' || !types.includes(token.type)) return undefined;
    this.#index += 1;
    return token;
  }
}

function isOperand(tokens: readonly Token[]): boolean {
  try {
    new Cursor(tokens).binary(COMPARISON);
    return true;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

function fail(type: ExpressionErrorType, { lexeme, at }: Token): never {
  throw new ExpressionError({ type, lexeme, at });
}
