import {
  ExpressionError,
  type ExpressionErrorType,
  type ExpressionProblem,
} from './expression-error.ts';
import { parseExpression, type Expression } from './parse.ts';
import { Pattern } from './pattern.ts';
import type { ExpressionValue, Token } from './scan.ts';

/** Values of variables. Null is a variable that is there and has no value; absent is an error. */
export type Variables = (name: string) => ExpressionValue | null;

export type Evaluated =
  | { readonly ok: true; readonly value: ExpressionValue }
  | { readonly ok: false; readonly problem: ExpressionProblem };

/** Value of an expression. Undefined when it depends on a variable without a value. */
export function evaluateExpression(text: string, variables: Variables): Evaluated {
  try {
    return { ok: true, value: valueOf(parseExpression(text), variables) };
  } catch (error) {
    if (error instanceof ExpressionError) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** Only false and undefined are falsy: 0 and the empty text are not. */
export function isTruthy(value: ExpressionValue): boolean {
  return value !== false && value !== undefined;
}

/** Names of the variables of an expression, in order; none when it cannot be parsed. */
export function variablesOf(text: string): readonly Token[] {
  try {
    return collect(parseExpression(text));
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}

function collect(expression: Expression): readonly Token[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'variable':
      return [expression.token];
    case 'not':
      return collect(expression.operand);
    case 'binary':
      return [...collect(expression.left), ...collect(expression.right)];
  }
}

function valueOf(expression: Expression, variables: Variables): ExpressionValue {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'variable':
      return lookUp(expression.token, variables);
    case 'not':
      return !isTruthy(valueOf(expression.operand, variables));
    case 'binary':
      return binaryValue(expression, variables);
  }
}

function lookUp(token: Token, variables: Variables): ExpressionValue {
  const value = variables(token.lexeme);
  if (value === undefined) fail('Interpreter/UNKNOWN_VARIABLE', token);
  return value ?? undefined;
}

function binaryValue(
  { operator, left, right }: Extract<Expression, { readonly kind: 'binary' }>,
  variables: Variables,
): ExpressionValue {
  const first = valueOf(left, variables);
  if (operator.type === 'and') return isTruthy(first) ? valueOf(right, variables) : first;
  if (operator.type === 'or') return isTruthy(first) ? first : valueOf(right, variables);
  const second = valueOf(right, variables);
  if (first === undefined || second === undefined) return undefined;
  if (operator.type === '==') return isEqual(first, second);
  if (operator.type === '!=') return !isEqual(first, second);
  return operator.type === 'builtin'
    ? compareTexts(operator, first, second)
    : compareNumbers(operator, first, second);
}

function isEqual(first: ExpressionValue, second: ExpressionValue): boolean {
  if (first instanceof Pattern && second instanceof Pattern) return first.source === second.source;
  return first === second;
}

function compareTexts(operator: Token, text: ExpressionValue, other: ExpressionValue): boolean {
  if (typeof text !== 'string') return fail('Interpreter/EXPECTED_STRING_OPERAND', operator);
  if (operator.lexeme === 'matches') {
    if (!(other instanceof Pattern)) return fail('Interpreter/EXPECTED_PATTERN_OPERAND', operator);
    return other.isMatchOf(text);
  }
  if (typeof other !== 'string') return fail('Interpreter/EXPECTED_STRING_OPERAND', operator);
  return operator.lexeme === 'contains' ? text.includes(other) : text.startsWith(other);
}

function compareNumbers(operator: Token, first: ExpressionValue, second: ExpressionValue): boolean {
  if (typeof first !== 'bigint' || typeof second !== 'bigint') {
    return fail('Interpreter/EXPECTED_NUMERIC_OPERAND', operator);
  }
  if (operator.type === '<') return first < second;
  if (operator.type === '<=') return first <= second;
  return operator.type === '>' ? first > second : first >= second;
}

function fail(type: ExpressionErrorType, { lexeme, at }: Token): never {
  throw new ExpressionError({ type, lexeme, at });
}
