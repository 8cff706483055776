/** Names of the public specification, so that its corpus can be held against ours. */
export type ExpressionErrorType =
  | 'Scanner/UNEXPECTED_CHARACTER'
  | 'Scanner/INCOMPLETE_EQUALS'
  | 'Scanner/INVALID_NUMERIC_LITERAL'
  | 'Scanner/UNTERMINATED_STRING'
  | 'Scanner/UNTERMINATED_PATTERN'
  | 'Scanner/INVALID_PATTERN_CHARACTER'
  | 'Scanner/INVALID_PATTERN'
  | 'Scanner/PATTERN_TOO_LONG'
  | 'Parser/EXPECTED_EXPRESSION'
  | 'Parser/UNEXPECTED_ADDITIONAL_INPUT'
  | 'Parser/EXPECTED_RIGHT_PAREN'
  | 'Parser/UNKNOWN_BUILTIN_FUNCTION'
  | 'Interpreter/EXPECTED_NUMERIC_OPERAND'
  | 'Interpreter/EXPECTED_STRING_OPERAND'
  | 'Interpreter/EXPECTED_PATTERN_OPERAND'
  | 'Interpreter/UNKNOWN_VARIABLE';

/** What is wrong with an expression, and where. A value: to be wrong is an expected outcome. */
export interface ExpressionProblem {
  readonly type: ExpressionErrorType;
  /** Characters from the beginning of the expression. */
  readonly at: number;
  /** The piece that is marked; empty at the end of the expression. */
  readonly lexeme: string;
}

/** Carries a problem out of the recursion; caught by `evaluateExpression` and `parseExpression`. */
export class ExpressionError extends Error {
  readonly problem: ExpressionProblem;

  constructor(problem: ExpressionProblem) {
    super(describeProblem(problem));
    this.problem = problem;
  }
}

const SENTENCES: Readonly<Record<ExpressionErrorType, (lexeme: string) => string>> = {
  'Scanner/UNEXPECTED_CHARACTER': (lexeme) => `The character \`${lexeme}\` means nothing here.`,
  'Scanner/INCOMPLETE_EQUALS': () => 'A single `=` means nothing; `==` compares.',
  'Scanner/INVALID_NUMERIC_LITERAL': () => 'The number does not fit into 64 bits.',
  'Scanner/UNTERMINATED_STRING': () => 'The text that begins here has no closing `"`.',
  'Scanner/UNTERMINATED_PATTERN': () => 'The pattern that begins here has no closing `/`.',
  'Scanner/INVALID_PATTERN_CHARACTER': (lexeme) =>
    `\`${lexeme}\` cannot stand in a pattern: only Latin-1 characters can, and no \\u or \\x.`,
  'Scanner/INVALID_PATTERN': () => 'The pattern is no regular expression of RE2.',
  'Scanner/PATTERN_TOO_LONG': () => 'A pattern has at most 256 characters.',
  'Parser/EXPECTED_EXPRESSION': (lexeme) =>
    lexeme === '' ? 'Something is missing at the end.' : `A value is missing before \`${lexeme}\`.`,
  'Parser/UNEXPECTED_ADDITIONAL_INPUT': (lexeme) =>
    `The expression is complete before \`${lexeme}\`.`,
  'Parser/EXPECTED_RIGHT_PAREN': () => 'A `)` is missing here.',
  'Parser/UNKNOWN_BUILTIN_FUNCTION': (lexeme) =>
    `There is no operator \`${lexeme}\`; there are \`contains\`, \`starts-with\` and \`matches\`.`,
  'Interpreter/EXPECTED_NUMERIC_OPERAND': (lexeme) => `\`${lexeme}\` compares whole numbers only.`,
  'Interpreter/EXPECTED_STRING_OPERAND': (lexeme) => `\`${lexeme}\` takes texts only.`,
  'Interpreter/EXPECTED_PATTERN_OPERAND': (lexeme) =>
    `\`${lexeme}\` takes a pattern between slashes: \`/v.+/\`.`,
  'Interpreter/UNKNOWN_VARIABLE': (lexeme) => `There is no variable \`${lexeme}\`.`,
};

export function describeProblem({ type, lexeme }: ExpressionProblem): string {
  return SENTENCES[type](lexeme);
}
