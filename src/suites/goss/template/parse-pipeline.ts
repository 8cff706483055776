import type { Token } from './lex-template.ts';
import { TemplateProblem } from './template-problem.ts';
import type { Command, Pipeline, Term } from './template-tree.ts';

export interface PipelinePlace {
  /** Of the action, for what is missing at its end. */
  readonly offset: number;
  /** `range $key, $value := …` */
  readonly mayDeclareTwo?: boolean;
}

/** @throws {TemplateProblem} */
export function parsePipeline(tokens: readonly Token[], place: PipelinePlace): Pipeline {
  const reader = new TokenReader(tokens, place.offset);
  const pipeline = readPipeline(reader, place.mayDeclareTwo === true ? 2 : 1);
  const extra = reader.peek();
  if (extra === undefined) return pipeline;
  throw new TemplateProblem(extra.offset, `\`${extra.text}\` cannot stand here.`);
}

class TokenReader {
  readonly #tokens: readonly Token[];
  readonly offset: number;
  #at = 0;

  constructor(tokens: readonly Token[], offset: number) {
    this.#tokens = tokens;
    this.offset = offset;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  isSign(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === 'sign' && token.text === text;
  }

  take(): Token | undefined {
    this.#at += 1;
    return this.#tokens[this.#at - 1];
  }

  get here(): number {
    return this.peek()?.offset ?? this.offset;
  }
}

function readPipeline(reader: TokenReader, mostVariables: number): Pipeline {
  const offset = reader.here;
  const declared = readDeclaration(reader, mostVariables);
  const commands = [readCommand(reader)];
  while (reader.isSign('|')) {
    reader.take();
    commands.push(readCommand(reader));
  }
  return { ...declared, commands, offset };
}

function readDeclaration(
  reader: TokenReader,
  mostVariables: number,
): Pick<Pipeline, 'variables' | 'isAssignment'> {
  const isTwo = mostVariables === 2 && reader.isSign(',', 1);
  const operatorAt = isTwo ? 3 : 1;
  const isDeclaration = reader.isSign(':=', operatorAt);
  const isAssignment = reader.isSign('=', operatorAt);
  if (reader.peek()?.kind !== 'variable' || (!isDeclaration && !isAssignment)) {
    return { variables: [], isAssignment: false };
  }
  const taken = Array.from({ length: operatorAt + 1 }, () => reader.take());
  const variables = taken.flatMap((token) => (token?.kind === 'variable' ? [token.text] : []));
  return { variables, isAssignment };
}

function readCommand(reader: TokenReader): Command {
  const offset = reader.here;
  const terms: Term[] = [];
  for (let token = reader.peek(); token !== undefined; token = reader.peek()) {
    if (token.kind === 'sign' && token.text !== '(') break;
    terms.push(readTerm(reader));
  }
  if (terms.length === 0) throw new TemplateProblem(offset, 'A value is missing here.');
  return { terms, offset };
}

function readTerm(reader: TokenReader): Term {
  const token = reader.take();
  if (token === undefined) throw new TemplateProblem(reader.offset, 'A value is missing here.');
  const { offset } = token;
  if (token.kind === 'field') {
    return { kind: 'dot', fields: [token.text, ...readFields(reader, token)], offset };
  }
  const inside = token.kind === 'sign' ? readPipeline(reader, 1) : undefined;
  if (inside !== undefined && !reader.isSign(')')) {
    throw new TemplateProblem(offset, 'This bracket is not closed.');
  }
  const last = inside === undefined ? token : (reader.take() ?? token);
  const value =
    inside === undefined ? toValue(token) : ({ kind: 'pipeline', pipeline: inside } as const);
  return { ...value, fields: readFields(reader, last), offset };
}

/** `.a.b` right after a value, without a space between them. */
function readFields(reader: TokenReader, before: Token): readonly string[] {
  const fields: string[] = [];
  // A text may be written longer than it is; no field follows one.
  if (before.kind === 'text' || before.kind === 'number' || before.kind === 'dot') return fields;
  let end = before.offset + before.text.length + (before.kind === 'field' ? 1 : 0);
  for (
    let next = reader.peek();
    next?.kind === 'field' && next.offset === end;
    next = reader.peek()
  ) {
    fields.push(next.text);
    end = next.offset + next.text.length + 1;
    reader.take();
  }
  return fields;
}

const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, nil: null };

function toValue({
  kind,
  text,
}: Token):
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'dot' }
  | { readonly kind: 'variable' | 'function'; readonly name: string } {
  switch (kind) {
    case 'text':
      return { kind: 'literal', value: text };
    case 'number':
      return { kind: 'literal', value: Number(text) };
    case 'variable':
      return { kind: 'variable', name: text };
    case 'name': {
      const value = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined;
      return value === undefined ? { kind: 'function', name: text } : { kind: 'literal', value };
    }
    case 'dot':
    case 'field':
    case 'sign':
      return { kind: 'dot' };
  }
}
