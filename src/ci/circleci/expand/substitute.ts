import { describeProblem } from '../expression/expression-error.ts';
import { evaluateExpression, isTruthy } from '../expression/evaluate.ts';
import { Pattern } from '../expression/pattern.ts';
import type { ExpressionValue } from '../expression/scan.ts';
import { pipelineValues } from '../pipeline-values.ts';
import { hasTemplate, parseTemplate, type TemplatePart } from '../template.ts';
import { originInside, type Node, type Plain, type Scalar } from '../tree.ts';
import { scalarOf, type Scope } from './scope.ts';

/** A copy of a value in which every `<< >>` is its value; each scalar knows how it came there. */
export function substitute(node: Node, scope: Scope): Node {
  if (node.kind === 'list') {
    if (scope.expansion.expandedSteps.has(node)) return node;
    return { ...node, items: node.items.map((item) => substitute(item, scope)) };
  }
  if (node.kind === 'map') {
    const entries = node.entries.map(({ key, value }) => ({
      key: toKey(substituteScalar(key, scope), key),
      value: substitute(value, scope),
    }));
    return { ...node, entries };
  }
  return substituteScalar(node, scope);
}

function toKey(node: Node, key: Scalar): Scalar {
  return node.kind === 'scalar' ? { ...node, value: plainText(node.value) } : key;
}

function substituteScalar(scalar: Scalar, scope: Scope): Node {
  const { value } = scalar;
  const calls = scalar.calls ?? scope.calls;
  if (typeof value !== 'string' || !scope.expansion.isTemplated || !hasTemplate(value)) {
    return calls === undefined ? scalar : { ...scalar, calls };
  }
  const { parts } = parseTemplate(value);
  const [only, second] = parts;
  if (only?.kind === 'value' && second === undefined) {
    const found = lookUpValue(only, scalar, scope);
    return found.kind === 'scalar' ? moved(found, { ...scalar, calls }, scope) : found;
  }
  const text = renderParts(parts, scalar, scope);
  return { ...scalar, value: text, written: text, calls };
}

/** The value of one scalar in the place of another. */
function moved(value: Scalar, { origin, calls }: Scalar, { expansion }: Scope): Scalar {
  const copy = { ...value, origin, calls };
  const unit = expansion.executorUnits.get(value);
  if (unit !== undefined) expansion.executorUnits.set(copy, unit);
  return copy;
}

function renderParts(parts: readonly TemplatePart[], scalar: Scalar, scope: Scope): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const value = lookUpValue(part, scalar, scope);
      if (part.kind === 'value') return textOfNode(value);
      return isFilled(value) === part.isInverted ? '' : renderParts(part.parts, scalar, scope);
    })
    .join('');
}

/** What a section of Mustache takes for something: not false, not empty. */
function isFilled(node: Node): boolean {
  if (node.kind === 'list') return node.items.length > 0;
  if (node.kind === 'map') return true;
  return node.value !== null && node.value !== false && node.value !== '';
}

function textOfNode(node: Node): string {
  if (node.kind === 'scalar') return plainText(node.value);
  return node.kind === 'list' ? node.items.map(textOfNode).join(',') : '';
}

function plainText(value: Plain): string {
  return value === null ? '' : String(value);
}

/** A name that `<< >>` can use; absent when there is none. */
function named(name: string, scope: Scope): Node | undefined {
  return scope.values.get(name) ?? scope.expansion.pipeline.get(name);
}

function lookUpValue(
  part: Exclude<TemplatePart, { readonly kind: 'text' }>,
  scalar: Scalar,
  scope: Scope,
): Node {
  const { content } = part;
  const found = named(content, scope);
  if (found !== undefined) return found;
  if (/^pipeline\.[\w.-]+$/u.test(content)) return scalarOf(null, scalar.origin, scope.calls);
  const origin = originInside(scalar, part.written);
  return scalarOf(evaluateText(content, { ...scalar, origin }, scope), scalar.origin, scope.calls);
}

/** Value of an expression in a scope; what is wrong with it is a finding at the scalar. */
function evaluateText(text: string, scalar: Scalar, scope: Scope): Plain {
  const evaluated = evaluateExpression(text, (name) => toExpression(name, scope));
  if (evaluated.ok) return toPlainValue(evaluated.value);
  scope.expansion.findings.add({
    code:
      evaluated.problem.type === 'Interpreter/UNKNOWN_VARIABLE' ? 'unknown-variable' : 'expression',
    severity: 'error',
    origin: scalar.origin,
    message: `\`${text}\` has no value: ${describeProblem(evaluated.problem)}`,
    calls: scope.calls,
  });
  return null;
}

/** Whether an expression is true: only false and what has no value are not. */
export function isTrueText(text: string, scope: Scope): boolean {
  const evaluated = evaluateExpression(text, (name) => toExpression(name, scope));
  return evaluated.ok && isTruthy(evaluated.value);
}

function toExpression(name: string, scope: Scope): ExpressionValue | null {
  const node = named(name, scope);
  if (node === undefined) {
    return pipelineValues.has(name) || name.startsWith('pipeline.') ? null : undefined;
  }
  if (node.kind !== 'scalar') return null;
  const { value } = node;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : String(value);
  return value;
}

function toPlainValue(value: ExpressionValue): Plain {
  if (value === undefined) return null;
  if (value instanceof Pattern) return value.source;
  return typeof value === 'bigint' ? Number(value) : value;
}
