import { describe, expect, it } from 'vitest';
import { evaluateExpression, type Variables } from './evaluate.ts';
import type { ExpressionErrorType } from './expression-error.ts';
import { Pattern } from './pattern.ts';

type Problem = readonly [type: ExpressionErrorType, at: number, lexeme: string];

const variables: Readonly<Record<string, ReturnType<Variables>>> = {
  branch: 'release/2.4',
  count: 12n,
  isMain: false,
  nothing: null,
  'with-dash?': 'odd',
  'a.b': 3n,
};

function valueOf(text: string): unknown {
  const evaluated = evaluateExpression(text, (name) => variables[name]);
  if (!evaluated.ok) throw new Error(`${text}: ${evaluated.problem.type}`);
  return evaluated.value instanceof Pattern ? evaluated.value.source : evaluated.value;
}

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['7', 7n],
    ['"a \\"b\\" \\\\"', 'a "b" \\'],
    ['/a\\/b/', 'a/b'],
    ['branch', 'release/2.4'],
    ['with-dash?', 'odd'],
    ['a.b', 3n],
    ['TRUE', true],
    ['true and 3', 3n],
    ['isMain and missing', false],
    ['"x" or missing', 'x'],
    ['isMain or count', 12n],
    ['isMain OR true AND count == 12', true],
    ['not isMain', true],
    ['!!0', true],
    ['not ""', false],
    ['count == 12', true],
    ['count != "12"', true],
    ['"12" == 12', false],
    ['count > 11 and count >= 12 and not (count < 12) and count <= 12', true],
    ['branch starts-with "release/"', true],
    ['branch contains "2."', true],
    ['branch matches /release/', false],
    ['branch matches /release\\/\\d+\\.\\d+/', true],
    ['branch matches /(?i)RELEASE.*/', true],
    ['9223372036854775807 > count', true],
    ['1 < 2 == true', true],
  ])('%s has its value', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['nothing == 1', undefined],
    ['nothing != nothing', undefined],
    ['3 > nothing', undefined],
    ['nothing contains "x"', undefined],
    ['nothing and true', undefined],
    ['nothing or "default"', 'default'],
    ['not nothing', true],
    ['nothing == 1 or nothing', undefined],
    ['branch == nothing and missing', undefined],
  ])('%s goes on with what has no value', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  it.each<[string, ...Problem]>([
    ['branch & x', 'Scanner/UNEXPECTED_CHARACTER', 7, '&'],
    ['a..b', 'Scanner/UNEXPECTED_CHARACTER', 1, '.'],
    ['$CIRCLE_TAG', 'Scanner/UNEXPECTED_CHARACTER', 0, '$'],
    ['count = 12', 'Scanner/INCOMPLETE_EQUALS', 7, ' '],
    ['1 < 9223372036854775808', 'Scanner/INVALID_NUMERIC_LITERAL', 4, '9'],
    ['branch == "x', 'Scanner/UNTERMINATED_STRING', 10, '"'],
    ['branch matches /x', 'Scanner/UNTERMINATED_PATTERN', 15, '/'],
    ['branch matches /x(/', 'Scanner/INVALID_PATTERN', 15, '/'],
    ['/\u{1F600}/', 'Scanner/INVALID_PATTERN_CHARACTER', 1, '\u{1F600}'],
    ['/a\\u0041/', 'Scanner/INVALID_PATTERN_CHARACTER', 2, '\\'],
    [`/${'a'.repeat(257)}/`, 'Scanner/PATTERN_TOO_LONG', 0, '/'],
    ['count ==', 'Parser/EXPECTED_EXPRESSION', 8, ''],
    ['or count', 'Parser/EXPECTED_EXPRESSION', 0, 'or'],
    ['count 12', 'Parser/UNEXPECTED_ADDITIONAL_INPUT', 6, '12'],
    ['count branch', 'Parser/UNEXPECTED_ADDITIONAL_INPUT', 6, 'branch'],
    ['(count == 12', 'Parser/EXPECTED_RIGHT_PAREN', 12, ''],
    ['(count branch)', 'Parser/EXPECTED_RIGHT_PAREN', 7, 'branch'],
    ['branch equals "x"', 'Parser/UNKNOWN_BUILTIN_FUNCTION', 7, 'equals'],
    ['branch > 3', 'Interpreter/EXPECTED_NUMERIC_OPERAND', 7, '>'],
    ['count contains "1"', 'Interpreter/EXPECTED_STRING_OPERAND', 6, 'contains'],
    ['branch starts-with 1', 'Interpreter/EXPECTED_STRING_OPERAND', 7, 'starts-with'],
    ['branch matches "x"', 'Interpreter/EXPECTED_PATTERN_OPERAND', 7, 'matches'],
    ['true and missing', 'Interpreter/UNKNOWN_VARIABLE', 9, 'missing'],
  ])('%s is told what is wrong, and where', (text, ...problem) => {
    const [type, at, lexeme] = problem;
    const evaluated = evaluateExpression(text, (name) => variables[name]);

    expect(evaluated).toEqual({ ok: false, problem: { type, at, lexeme } });
  });

  it('of ten thousand brackets ends in a problem, not in the stack', () => {
    const evaluated = evaluateExpression('('.repeat(10_000), () => null);

    expect(evaluated).toMatchObject({ ok: false, problem: { type: 'Parser/EXPECTED_EXPRESSION' } });
  });
});
