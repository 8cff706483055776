import type { XPath, XPathOperator, XPathStep } from './xpath.ts';
import { callFunction } from './xpath-functions.ts';
import {
  toBoolean,
  toNodes,
  toNumber,
  toTexts,
  type XPathPlace,
  type XPathValue,
} from './xpath-values.ts';
import { localName, type AnyNode, type XmlDocument } from './xml-tree.ts';

export function evaluateXPath(xpath: XPath, document: XmlDocument): XPathValue {
  return evaluate(xpath, { node: document, position: 1, size: 1 });
}

function evaluate(xpath: XPath, place: XPathPlace): XPathValue {
  switch (xpath.kind) {
    case 'literal':
      return xpath.value;
    case 'call':
      return callFunction(
        xpath.name,
        xpath.args.map((arg) => evaluate(arg, place)),
        place,
      );
    case 'operation':
      return operate(xpath, place);
    case 'path':
      return walk(xpath, place);
  }
}

function operate(
  { operator, left, right }: Extract<XPath, { kind: 'operation' }>,
  place: XPathPlace,
): XPathValue {
  const first = evaluate(left, place);
  if (operator === 'or') return toBoolean(first) || toBoolean(evaluate(right, place));
  if (operator === 'and') return toBoolean(first) && toBoolean(evaluate(right, place));
  const second = evaluate(right, place);
  if (operator === '|') return inOrder([...toNodes(first), ...toNodes(second)]);
  if (isComparison(operator)) {
    return compare(first, second, { operator, comparison: comparisons[operator] });
  }
  return calculations[operator](toNumber(first), toNumber(second));
}

type Comparison = (left: string | number | boolean, right: string | number | boolean) => boolean;

const comparisons: Readonly<Record<'=' | '!=' | '<' | '>' | '<=' | '>=', Comparison>> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
};

const calculations: Readonly<
  Record<'+' | '-' | '*' | 'div' | 'mod', (left: number, right: number) => number>
> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  div: (left, right) => left / right,
  mod: (left, right) => left % right,
};

function isComparison(operator: XPathOperator): operator is keyof typeof comparisons {
  return Object.hasOwn(comparisons, operator);
}

/** A set of nodes is equal to something when one of the nodes is. */
function compare(
  left: XPathValue,
  right: XPathValue,
  { operator, comparison }: { readonly operator: XPathOperator; readonly comparison: Comparison },
): boolean {
  if (typeof left === 'boolean' || typeof right === 'boolean') {
    return comparison(toBoolean(left), toBoolean(right));
  }
  const isEquality = operator === '=' || operator === '!=';
  const asText = isEquality && typeof left !== 'number' && typeof right !== 'number';
  const convert = (text: string): string | number => (asText ? text : toNumber(text));
  return toTexts(left).some((one) =>
    toTexts(right).some((other) => comparison(convert(one), convert(other))),
  );
}

function walk(path: Extract<XPath, { kind: 'path' }>, place: XPathPlace): XPathValue {
  let nodes = filter(startOf(path.from, place), path.predicates);
  for (const step of path.steps) nodes = inOrder(nodes.flatMap((node) => take(step, node)));
  return nodes;
}

function startOf(from: XPath | 'top' | 'here', place: XPathPlace): readonly AnyNode[] {
  if (from === 'here') return [place.node];
  return from === 'top' ? [topOf(place.node)] : toNodes(evaluate(from, place));
}

function take(step: XPathStep, node: AnyNode): readonly AnyNode[] {
  return filter(
    alongAxis(step.axis, node).filter((each) => passes(step, each)),
    step.predicates,
  );
}

/** A number in brackets is a position. */
function filter(nodes: readonly AnyNode[], predicates: readonly XPath[]): readonly AnyNode[] {
  return predicates.reduce(
    (left, predicate) =>
      left.filter((node, index) => {
        const value = evaluate(predicate, { node, position: index + 1, size: left.length });
        return typeof value === 'number' ? value === index + 1 : toBoolean(value);
      }),
    nodes,
  );
}

function passes({ axis, test }: XPathStep, node: AnyNode): boolean {
  if (test.kind === 'node') return true;
  if (test.kind !== 'name') return node.kind === test.kind;
  if (node.kind !== (axis === 'attribute' ? 'attribute' : 'element')) return false;
  if (test.name === '*' || node.name === test.name) return true;
  return test.name.endsWith(':*') && node.name === test.name.slice(0, -1) + localName(node.name);
}

/** In the order of the axis: away from the node. */
function alongAxis(axis: XPathStep['axis'], node: AnyNode): readonly AnyNode[] {
  switch (axis) {
    case 'child':
      return childrenOf(node);
    case 'descendant':
      return below(node);
    case 'descendant-or-self':
      return [node, ...below(node)];
    case 'self':
      return [node];
    case 'parent':
      return above(node).slice(0, 1);
    case 'ancestor':
      return above(node);
    case 'ancestor-or-self':
      return [node, ...above(node)];
    case 'attribute':
      return node.kind === 'element' ? node.attributes : [];
    case 'following-sibling':
      return siblingsOf(node).slice(siblingsOf(node).indexOf(node) + 1);
    case 'preceding-sibling':
      return siblingsOf(node)
        .slice(0, Math.max(0, siblingsOf(node).indexOf(node)))
        .toReversed();
  }
}

function childrenOf(node: AnyNode): readonly AnyNode[] {
  return node.kind === 'document' || node.kind === 'element' ? node.children : [];
}

function below(node: AnyNode): readonly AnyNode[] {
  return childrenOf(node).flatMap((child) => [child, ...below(child)]);
}

function above(node: AnyNode): readonly AnyNode[] {
  return node.kind === 'document' ? [] : [node.parent, ...above(node.parent)];
}

function siblingsOf(node: AnyNode): readonly AnyNode[] {
  return node.kind === 'document' || node.kind === 'attribute' ? [] : node.parent.children;
}

function topOf(node: AnyNode): AnyNode {
  return above(node).at(-1) ?? node;
}

/** Each once, in the order of the document. */
function inOrder(nodes: readonly AnyNode[]): readonly AnyNode[] {
  const [first] = nodes;
  const unique = new Set(nodes);
  if (first === undefined || unique.size < 2) return [...unique];
  const all = [topOf(first), ...below(topOf(first))].flatMap((node): readonly AnyNode[] =>
    node.kind === 'element' ? [node, ...node.attributes] : [node],
  );
  return all.filter((node) => unique.has(node));
}
