import { textOf, type AnyNode } from './xml-tree.ts';

export type XPathValue = string | number | boolean | readonly AnyNode[];

/** Where an expression is looked at from. */
export interface XPathPlace {
  readonly node: AnyNode;
  /** From 1. */
  readonly position: number;
  readonly size: number;
}

export function toNodes(value: XPathValue): readonly AnyNode[] {
  return typeof value === 'object' ? value : [];
}

/** The texts of all nodes, or the text of a plain value. */
export function toTexts(value: XPathValue): readonly string[] {
  return typeof value === 'object' ? value.map(textOf) : [toText(value)];
}

export function toText(value: XPathValue): string {
  if (typeof value === 'object') return value[0] === undefined ? '' : textOf(value[0]);
  return String(value);
}

/** NaN for what is no number. */
export function toNumber(value: XPathValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  const text = toText(value).trim();
  return /^-?(?:\d+\.?\d*|\.\d+)$/u.test(text) ? Number(text) : Number.NaN;
}

export function toBoolean(value: XPathValue): boolean {
  if (typeof value === 'object') return value.length > 0;
  return typeof value === 'number' ? value !== 0 && !Number.isNaN(value) : Boolean(value);
}
