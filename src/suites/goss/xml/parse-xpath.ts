import {
  axes,
  functionNames,
  operators,
  type XPath,
  type XPathOperator,
  type XPathStep,
  type XPathTest,
} from './xpath.ts';

const TOKEN =
  /\s*(?:(?<text>"[^"]*"|'[^']*')|(?<number>\d+(?:\.\d+)?|\.\d+)|(?<sign>\/\/|::|\.\.|!=|<=|>=|[/()[\]@,|+=<>*.-])|(?<name>[\p{L}_][\p{L}\p{N}_.-]*(?::(?!:)(?:\*|[\p{L}_][\p{L}\p{N}_.-]*))?))/uy;

interface Token {
  readonly kind: 'text' | 'number' | 'sign' | 'name' | 'end';
  readonly text: string;
}

/**
 * Reads an expression.
 * @see https://www.w3.org/TR/1999/REC-xpath-19991116/
 */
export function parseXPath(source: string): XPath | { readonly problem: string } {
  try {
    const reader = new Reader(toTokens(source));
    const xpath = parseOperation(reader, 0);
    reader.expect('');
    return xpath;
  } catch (error) {
    if (error instanceof XPathProblem) return { problem: error.message };
    throw error;
  }
}

/** Ends the reading from however deep; never leaves this file. */
class XPathProblem extends Error {}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? { kind: 'end', text: '' };
  }

  take(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  takeIf(sign: string): boolean {
    const token = this.peek();
    if (token.kind !== 'sign' || token.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  /** An empty text is the end. */
  expect(sign: string): void {
    const token = this.take();
    if (token.text === sign && (token.kind === 'sign' || token.kind === 'end')) return;
    const found = token.kind === 'end' ? 'the end' : `\`${token.text}\``;
    throw new XPathProblem(
      `has ${found} where ${sign === '' ? 'the end' : `\`${sign}\``} should be`,
    );
  }
}

function toTokens(source: string): readonly Token[] {
  const tokens: Token[] = [];
  const text = source.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    const kind = (['text', 'number', 'sign', 'name'] as const).find(
      (each) => groups?.[each] !== undefined,
    );
    if (kind === undefined)
      throw new XPathProblem(`cannot be read at ${JSON.stringify(text.slice(at))}`);
    tokens.push({ kind, text: groups?.[kind] ?? '' });
  }
  return tokens;
}

function parseOperation(reader: Reader, level: number): XPath {
  const names: readonly XPathOperator[] | undefined = operators[level];
  if (names === undefined) return parseUnary(reader);
  let left = parseOperation(reader, level + 1);
  for (;;) {
    // A name where an operator can stand is one.
    const operator = names.find((name) => name === reader.peek().text);
    if (operator === undefined || ['text', 'number'].includes(reader.peek().kind)) return left;
    reader.take();
    left = { kind: 'operation', operator, left, right: parseOperation(reader, level + 1) };
  }
}

function parseUnary(reader: Reader): XPath {
  if (!reader.takeIf('-')) return parsePath(reader);
  const zero: XPath = { kind: 'literal', value: 0 };
  return { kind: 'operation', operator: '-', left: zero, right: parseUnary(reader) };
}

function parsePath(reader: Reader): XPath {
  const primary = parsePrimary(reader);
  if (primary !== undefined) {
    const predicates = parsePredicates(reader);
    const steps = parseSteps(reader, { isFirst: false });
    if (predicates.length === 0 && steps.length === 0) return primary;
    return { kind: 'path', from: primary, predicates, steps };
  }
  const isFromTop = reader.peek().kind === 'sign' && reader.peek().text.startsWith('/');
  const steps = parseSteps(reader, { isFirst: !isFromTop });
  return { kind: 'path', from: isFromTop ? 'top' : 'here', predicates: [], steps };
}

const NODE_TESTS = ['node', 'text', 'comment'] as const;

/** Absent where a location path begins. */
function parsePrimary(reader: Reader): XPath | undefined {
  const { kind, text } = reader.peek();
  if (kind === 'text' || kind === 'number') {
    reader.take();
    return { kind: 'literal', value: kind === 'text' ? text.slice(1, -1) : Number(text) };
  }
  if (reader.takeIf('(')) {
    const inside = parseOperation(reader, 0);
    reader.expect(')');
    return inside;
  }
  const isCall = kind === 'name' && reader.peek(1).text === '(' && reader.peek(1).kind === 'sign';
  if (!isCall || NODE_TESTS.some((name) => name === text)) return undefined;
  const name = functionNames.find((each) => each === text);
  if (name === undefined)
    throw new XPathProblem(`calls \`${text}()\`, which Seatrial does not evaluate`);
  reader.take();
  reader.take();
  const args: XPath[] = [];
  while (!reader.takeIf(')')) {
    if (args.length > 0) reader.expect(',');
    args.push(parseOperation(reader, 0));
  }
  return { kind: 'call', name, args };
}

const EVERYWHERE: XPathStep = {
  axis: 'descendant-or-self',
  test: { kind: 'node' },
  predicates: [],
};

function parseSteps(
  reader: Reader,
  { isFirst }: { readonly isFirst: boolean },
): readonly XPathStep[] {
  const steps: XPathStep[] = [];
  let mustHave = isFirst;
  for (;;) {
    if (!mustHave) {
      if (reader.takeIf('//')) steps.push(EVERYWHERE);
      else if (!reader.takeIf('/')) return steps;
      else if (!isStepNext(reader) && steps.length === 0) return steps;
    }
    steps.push(parseStep(reader));
    mustHave = false;
  }
}

function isStepNext(reader: Reader): boolean {
  const { kind, text } = reader.peek();
  return kind === 'name' || ['.', '..', '@', '*'].includes(text);
}

function parseStep(reader: Reader): XPathStep {
  if (reader.takeIf('..')) return { axis: 'parent', test: { kind: 'node' }, predicates: [] };
  if (reader.takeIf('.')) return { axis: 'self', test: { kind: 'node' }, predicates: [] };
  const axis = parseAxis(reader);
  return { axis, test: parseTest(reader), predicates: parsePredicates(reader) };
}

function parseAxis(reader: Reader): XPathStep['axis'] {
  if (reader.takeIf('@')) return 'attribute';
  if (reader.peek(1).text !== '::') return 'child';
  const { text } = reader.take();
  const axis = axes.find((each) => each === text);
  if (axis === undefined)
    throw new XPathProblem(`has the axis \`${text}\`, which Seatrial does not walk`);
  reader.take();
  return axis;
}

function parseTest(reader: Reader): XPathTest {
  const { kind, text } = reader.take();
  if (kind !== 'name' && text !== '*') {
    throw new XPathProblem(`has ${text === '' ? 'the end' : `\`${text}\``} where a name should be`);
  }
  const nodeKind = NODE_TESTS.find((each) => each === text);
  if (nodeKind === undefined || !reader.takeIf('(')) return { kind: 'name', name: text };
  reader.expect(')');
  return { kind: nodeKind };
}

function parsePredicates(reader: Reader): readonly XPath[] {
  const predicates: XPath[] = [];
  while (reader.takeIf('[')) {
    predicates.push(parseOperation(reader, 0));
    reader.expect(']');
  }
  return predicates;
}
