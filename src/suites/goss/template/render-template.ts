import { isRecord, printValue } from '../matchers/values.ts';
import { assign, evaluate, innerScope, textOf, type Scope } from './evaluate-pipeline.ts';
import { parseTemplate } from './parse-template.ts';
import { TemplateProblem } from './template-problem.ts';
import type { Block, TemplateNode } from './template-tree.ts';
import { isTrue, MOST_CHARS, type TemplateData } from './template-values.ts';

export interface Rendered {
  readonly text: string;
  /** Where each piece of the text comes from, in order. */
  readonly pieces: readonly RenderedPiece[];
}

export interface RenderedPiece {
  /** Characters from the beginning of the rendered text. */
  readonly at: number;
  /** Characters from the beginning of the file. */
  readonly offset: number;
  /** Whether the text stands in the file as it is; otherwise `offset` is that of an action. */
  readonly isLiteral: boolean;
}

/** More than any file of tests; ranges inside of ranges would never end. */
const MOST_STEPS = 200_000;

/** @throws {TemplateProblem} */
export function renderTemplate(source: string, data: TemplateData): Rendered {
  const root = { Env: data.env, Vars: data.vars };
  const run: Run = { data, output: [], pieces: [], length: 0, steps: 0 };
  const scope: Scope = { dot: root, variables: new Map([['$', root]]) };
  const left = renderBlock(parseTemplate(source), scope, run);
  if (left !== 'whole') throw new TemplateProblem(0, `\`{{${left}}}\` stands outside of a range.`);
  return { text: run.output.join(''), pieces: run.pieces };
}

interface Run {
  readonly data: TemplateData;
  readonly output: string[];
  readonly pieces: RenderedPiece[];
  length: number;
  steps: number;
}

/** How a block was left. */
type Leaving = 'whole' | 'break' | 'continue';

function renderBlock(block: Block, scope: Scope, run: Run): Leaving {
  for (const node of block) {
    const left = renderNode(node, scope, run);
    if (left !== 'whole') return left;
  }
  return 'whole';
}

function countStep(run: Run, offset: number): void {
  run.steps += 1;
  if (run.steps <= MOST_STEPS) return;
  throw new TemplateProblem(offset, `The template takes more than ${String(MOST_STEPS)} steps.`);
}

function renderNode(node: TemplateNode, scope: Scope, run: Run): Leaving {
  countStep(run, node.offset);
  switch (node.kind) {
    case 'text':
      write(run, node.text, { offset: node.offset, isLiteral: true });
      return 'whole';
    case 'output': {
      const value = evaluate(node.pipeline, scope, run.data);
      if (node.pipeline.variables.length > 0) assign(node.pipeline, value, scope);
      else write(run, textOf(value), { offset: node.offset, isLiteral: false });
      return 'whole';
    }
    case 'if':
    case 'with': {
      const inner = innerScope(scope, scope.dot);
      const value = evaluate(node.pipeline, inner, run.data);
      assign(node.pipeline, value, inner);
      if (!isTrue(value)) return renderBlock(node.otherwise, inner, run);
      return renderBlock(node.body, node.kind === 'with' ? { ...inner, dot: value } : inner, run);
    }
    case 'range':
      return renderRange(node, scope, run);
    case 'break':
    case 'continue':
      return node.kind;
  }
}

function write(run: Run, text: string, from: Omit<RenderedPiece, 'at'>): void {
  if (text === '') return;
  run.pieces.push({ at: run.length, ...from });
  run.output.push(text);
  run.length += text.length;
  if (run.length > MOST_CHARS) {
    throw new TemplateProblem(from.offset, 'The template makes a text of more than 4 MiB.');
  }
}

function renderRange(
  node: Extract<TemplateNode, { kind: 'range' | 'if' | 'with' }>,
  scope: Scope,
  run: Run,
): Leaving {
  const value = evaluate(node.pipeline, scope, run.data);
  const entries = entriesOf(value, node.offset);
  if (entries.length === 0) return renderBlock(node.otherwise, scope, run);
  const { variables } = node.pipeline;
  for (const [key, item] of entries) {
    countStep(run, node.offset);
    const inner = innerScope(scope, item);
    const [first, second] = variables;
    if (second !== undefined) inner.variables.set(second, item);
    if (first !== undefined) inner.variables.set(first, second === undefined ? item : key);
    if (renderBlock(node.body, inner, run) === 'break') break;
  }
  return 'whole';
}

/** Maps in the order of their keys, as Go has them. */
function entriesOf(value: unknown, offset: number): readonly (readonly [unknown, unknown])[] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item] as const);
  if (isRecord(value))
    return Object.keys(value)
      .sort()
      .map((key) => [key, value[key]] as const);
  if (value === null || value === undefined) return [];
  throw new TemplateProblem(
    offset,
    `\`range\` needs a list or a map, but has ${printValue(value)}.`,
  );
}
