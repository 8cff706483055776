import { lexTemplate, type Piece, type Token } from './lex-template.ts';
import { parsePipeline } from './parse-pipeline.ts';
import { TemplateProblem } from './template-problem.ts';
import type { Block, Pipeline, TemplateNode } from './template-tree.ts';

/** Reads a template of Go, as far as Seatrial renders it. @throws {TemplateProblem} */
export function parseTemplate(source: string): Block {
  const cursor = new Cursor(lexTemplate(source));
  const { body, end } = parseBlock(cursor);
  if (end === undefined) return body;
  throw new TemplateProblem(end.offset, `\`{{${end.word}}}\` ends nothing.`);
}

class Cursor {
  readonly #pieces: readonly Piece[];
  #at = 0;

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  take(): Piece | undefined {
    this.#at += 1;
    return this.#pieces[this.#at - 1];
  }
}

/** The `end` or `else` that a block was left by; absent at the end of the file. */
interface BlockEnd {
  readonly word: string;
  readonly offset: number;
  /** What follows `else`. */
  readonly rest: readonly Token[];
}

function parseBlock(cursor: Cursor): { readonly body: Block; readonly end: BlockEnd | undefined } {
  const body: TemplateNode[] = [];
  for (;;) {
    const piece = cursor.take();
    if (piece === undefined) return { body, end: undefined };
    if (piece.kind === 'text') {
      body.push(piece);
      continue;
    }
    const [first, ...rest] = piece.tokens;
    const word = first?.kind === 'name' ? first.text : '';
    if (word === 'end' || word === 'else')
      return { body, end: { word, offset: piece.offset, rest } };
    body.push(parseAction({ word, rest, ...piece }, cursor));
  }
}

interface Action {
  readonly word: string;
  readonly tokens: readonly Token[];
  /** Without the word. */
  readonly rest: readonly Token[];
  readonly offset: number;
}

const BEYOND: ReadonlySet<string> = new Set(['define', 'template', 'block']);

function parseAction(action: Action, cursor: Cursor): TemplateNode {
  const { word, rest, tokens, offset } = action;
  switch (word) {
    case 'if':
    case 'with':
      return parseBranch({ kind: word, rest, offset }, cursor);
    case 'range': {
      const pipeline = parsePipeline(rest, { offset, mayDeclareTwo: true });
      const { body, otherwise } = parseBody({ word, offset }, cursor);
      return { kind: 'range', pipeline, body, otherwise, offset };
    }
    case 'break':
    case 'continue':
      return { kind: word, offset };
  }
  if (BEYOND.has(word)) {
    throw new TemplateProblem(
      offset,
      `\`{{${word}}}\` is beyond the templates that Seatrial renders.`,
      'Put the repeated part into a file of its own and include it below `gossfile`.',
    );
  }
  return { kind: 'output', pipeline: parsePipeline(tokens, { offset }), offset };
}

interface Branch {
  readonly kind: 'if' | 'with';
  readonly rest: readonly Token[];
  readonly offset: number;
}

function parseBranch({ kind, rest, offset }: Branch, cursor: Cursor): TemplateNode {
  const pipeline: Pipeline = parsePipeline(rest, { offset });
  const { body, otherwise } = parseBody({ word: kind, offset }, cursor);
  return { kind, pipeline, body, otherwise, offset };
}

interface Opening {
  readonly word: string;
  readonly offset: number;
}

function parseBody(
  opening: Opening,
  cursor: Cursor,
): { readonly body: Block; readonly otherwise: Block } {
  const { body, end } = parseBlock(cursor);
  if (end === undefined) throw unclosed(opening);
  if (end.word === 'end') return { body, otherwise: [] };
  const [next, ...rest] = end.rest;
  if (next === undefined) {
    const last = parseBlock(cursor);
    if (last.end === undefined) throw unclosed(opening);
    if (last.end.word === 'end') return { body, otherwise: last.body };
    throw new TemplateProblem(last.end.offset, 'A second `{{else}}` belongs to nothing.');
  }
  const isBranch = next.text === 'if' || next.text === 'with';
  if (next.kind !== 'name' || !isBranch || opening.word === 'range') {
    throw new TemplateProblem(end.offset, `\`{{else ${next.text}}}\` cannot stand here.`);
  }
  // Its `{{end}}` is the one of the whole.
  const kind = next.text === 'if' ? 'if' : 'with';
  return { body, otherwise: [parseBranch({ kind, rest, offset: end.offset }, cursor)] };
}

function unclosed({ word, offset }: Opening): TemplateProblem {
  return new TemplateProblem(offset, `\`{{${word}}}\` has no \`{{end}}\`.`);
}
