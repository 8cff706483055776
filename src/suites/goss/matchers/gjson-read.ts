import {
  toExpression,
  type GjsonModifier,
  type GjsonOperator,
  type GjsonQuery,
  type GjsonStep,
} from './gjson-path.ts';
import { isRecord, isSame } from './values.ts';

/** One value, or none. */
type Found = readonly [] | readonly [unknown];

export function readGjson(
  text: string,
  steps: readonly GjsonStep[],
): { readonly found: Found } | { readonly problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    return { found: walk(value, steps) };
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: 'is no valid JSON' };
    throw error;
  }
}

function walk(value: unknown, steps: readonly GjsonStep[]): Found {
  const [step, ...rest] = steps;
  if (step === undefined) return [value];
  switch (step.kind) {
    case 'key': {
      const child = childOf(value, step);
      return child.length === 0 ? [] : walk(child[0], rest);
    }
    case 'each':
      if (!Array.isArray(value)) return [];
      return rest.length === 0 ? [value.length] : [value.flatMap((item) => [...walk(item, rest)])];
    case 'query':
      return walkQuery(value, step.query, rest);
    case 'modifier': {
      const changed = modifiers[step.name](value);
      return changed.length === 0 ? [] : walk(changed[0], rest);
    }
  }
}

function childOf(value: unknown, step: Extract<GjsonStep, { kind: 'key' }>): Found {
  if (Array.isArray(value)) {
    const index = /^\d+$/u.test(step.name) ? Number(step.name) : -1;
    return index >= 0 && index < value.length ? [value[index]] : [];
  }
  if (!isRecord(value)) return [];
  const key = Object.keys(value).find(step.isMet);
  return key === undefined ? [] : [value[key]];
}

function walkQuery(value: unknown, query: GjsonQuery, rest: readonly GjsonStep[]): Found {
  if (!Array.isArray(value)) return [];
  const items = value.filter((item) => isMet(item, query));
  if (query.isAll) return [items.flatMap((item) => [...walk(item, rest)])];
  return items.length === 0 ? [] : walk(items[0], rest);
}

function isMet(item: unknown, { steps, operator, operand }: GjsonQuery): boolean {
  const found = walk(item, steps);
  if (operator === undefined || found.length === 0) return found.length > 0;
  return operations[operator](found[0], operand);
}

type Operation = (value: unknown, operand: unknown) => boolean;

const operations: Readonly<Record<GjsonOperator, Operation>> = {
  '=': isSame,
  '==': isSame,
  '!=': (value, operand) => !isSame(value, operand),
  '%': isLike,
  '!%': (value, operand) => typeof value === 'string' && !isLike(value, operand),
  '<': (value, operand) => orderOf(value, operand) < 0,
  '<=': (value, operand) => orderOf(value, operand) <= 0,
  '>': (value, operand) => orderOf(value, operand) > 0,
  '>=': (value, operand) => orderOf(value, operand) >= 0,
};

function isLike(value: unknown, pattern: unknown): boolean {
  return typeof value === 'string' && toExpression(String(pattern)).test(value);
}

/** Below, at or above 0; no number where there is no order. */
function orderOf(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left !== 'string' || typeof right !== 'string') return Number.NaN;
  return left < right ? -1 : Number(left > right);
}

const modifiers: Readonly<Record<GjsonModifier, (value: unknown) => Found>> = {
  this: (value) => [value],
  keys: (value) => [isRecord(value) ? Object.keys(value) : []],
  values: (value) => [Array.isArray(value) || isRecord(value) ? Object.values(value) : []],
  reverse: (value) => [reverse(value)],
  flatten: (value) => [Array.isArray(value) ? value.flat(1) : value],
  valid: (value) => [value],
  tostr: (value) => [JSON.stringify(value)],
  fromstr: (value) => parse(value),
};

function reverse(value: unknown): unknown {
  if (Array.isArray(value)) return value.toReversed();
  return isRecord(value) ? Object.fromEntries(Object.entries(value).toReversed()) : value;
}

function parse(value: unknown): Found {
  if (typeof value !== 'string') return [];
  const read = readGjson(value, []);
  return 'found' in read ? read.found : [];
}
