import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Document,
  type LineCounter,
  type Pair,
  type ParsedNode,
} from 'yaml';
import type { Place } from '../kernel/code-frame.ts';
import type { Path } from './diagnostics.ts';

export type YamlDocument = Document.Parsed;

export interface YamlText {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
}

/** The node at a path, or the nearest key above it. Aliases and merges are followed. */
export function nodeAt(
  document: YamlDocument,
  path: Path,
  at: 'key' | 'value',
): ParsedNode | undefined {
  let current: unknown = document.contents;
  let nearest: ParsedNode | undefined = document.contents ?? undefined;
  for (const step of path) {
    const child = childOf(document, current, step);
    if (child === undefined) return nearest;
    if (isNode(child.key)) nearest = child.key;
    else if (isNode(child.value)) nearest = child.value;
    current = child.value;
  }
  return at === 'value' && isNode(current) ? current : nearest;
}

export function placeOf(source: YamlText, node: ParsedNode | undefined): Place | undefined {
  if (node === undefined) return undefined;
  const [start, end] = node.range;
  return placeOfOffset(source, start, isMap(node) || isSeq(node) ? 1 : end - start);
}

export function placeOfOffset(source: YamlText, offset: number, length: number): Place {
  const { line, col } = source.lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, length) };
}

/**
 * A place some characters into a scalar that stands on one line, quoted or not, or line by line after `|`. Of any other
 * the place of the whole.
 */
export function placeInside(
  source: YamlText,
  node: ParsedNode | undefined,
  offset: number,
): Place | undefined {
  const place = placeOf(source, node);
  if (offset === 0 || place === undefined) return place;
  const lines = source.text.split('\n');
  if (isScalar(node) && node.type === 'BLOCK_LITERAL') {
    return placeAfterBar(place, lines, String(node.value).slice(0, offset));
  }
  const line = lines[place.line - 1] ?? '';
  if (place.column - 1 + place.length > line.length) return place;
  const quote = /["']/u.test(line[place.column - 1] ?? '') ? 1 : 0;
  if (offset + quote >= place.length) return place;
  return { line: place.line, column: place.column + quote + offset, length: 1 };
}

/** The text begins in the line after the bar, indented as its first filled line is. */
function placeAfterBar(bar: Place, lines: readonly string[], before: string): Place {
  const linesBefore = before.split('\n');
  const first = lines.slice(bar.line).find((line) => line.trim() !== '') ?? '';
  const indent = first.length - first.trimStart().length;
  const column = indent + (linesBefore.at(-1)?.length ?? 0) + 1;
  return { line: bar.line + linesBefore.length, column, length: 1 };
}

export function isNode(value: unknown): value is ParsedNode {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

function childOf(
  document: YamlDocument,
  node: unknown,
  step: string | number,
): { readonly key?: unknown; readonly value: unknown } | undefined {
  const parent: unknown = isAlias(node) ? node.resolve(document) : node;
  if (isMap(parent)) return pairOf(document, parent.items, String(step));
  return isSeq(parent) && typeof step === 'number' && step < parent.items.length
    ? { value: parent.items[step] }
    : undefined;
}

function pairOf(document: YamlDocument, items: readonly Pair[], name: string): Pair | undefined {
  const own = items.find(({ key }) => isScalar(key) && String(key.value) === name);
  if (own !== undefined) return own;
  for (const merge of items.filter(({ key }) => isScalar(key) && key.value === '<<')) {
    const values: readonly unknown[] = isSeq(merge.value) ? merge.value.items : [merge.value];
    for (const value of values) {
      const merged: unknown = isAlias(value) ? value.resolve(document) : value;
      const found = isMap(merged) ? pairOf(document, merged.items, name) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
