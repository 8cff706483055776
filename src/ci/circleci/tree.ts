import type { LineCounter } from 'yaml';
import type { Place } from '../../kernel/code-frame.ts';

/** A file as it was read; every node of a tree points back into one. */
export interface SourceText {
  /** As people know it. */
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
}

/** Where something stands: offsets into its file. Kept by every copy that expansion makes of it. */
export interface Origin {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

export type Plain = string | number | boolean | null;

export interface Scalar {
  readonly kind: 'scalar';
  readonly value: Plain;
  /** As it stands in the file, `1.10` for the number 1.1; the value itself for what was computed. */
  readonly written: string;
  readonly origin: Origin;
  /** Which invocations led to it; absent for what stands in the file itself. */
  readonly calls?: CallStack | undefined;
}

export interface Entry {
  readonly key: Scalar;
  readonly value: Node;
}

export interface Mapping {
  readonly kind: 'map';
  /** Merge keys are resolved; of duplicates the last counts. */
  readonly entries: readonly Entry[];
  readonly origin: Origin;
}

export interface List {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly origin: Origin;
}

/** One value of a file of CircleCI. An alias is the node of its anchor. */
export type Node = Scalar | Mapping | List;

/** Innermost call first. */
export interface CallStack {
  readonly kind: 'workflow' | 'job' | 'command' | 'executor';
  readonly name: string;
  /** Where it is called. */
  readonly origin: Origin;
  readonly caller?: CallStack | undefined;
  /** The definition that is called. */
  readonly target?: Scalar | undefined;
}

export function placeOf({ source, start, end }: Origin): Place {
  const { line, col } = source.lines.linePos(start);
  return { line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, end - start) };
}

export function entryOf(node: Node | undefined, name: string): Entry | undefined {
  if (node?.kind !== 'map') return undefined;
  return node.entries.find(({ key }) => key.value === name);
}

export function valueOf(node: Node | undefined, name: string): Node | undefined {
  return entryOf(node, name)?.value;
}

export function entriesOf(node: Node | undefined): readonly Entry[] {
  return node?.kind === 'map' ? node.entries : [];
}

export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : [];
}

/** The text of a scalar that is text; absent for everything else. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** The text of a key: keys are always names, also `1.10`. */
export function nameOf(entry: Entry): string {
  return String(entry.key.value);
}

/** The place of a piece of a scalar's text; the whole scalar where the file writes it in another way. */
export function originInside(scalar: Scalar, piece: string, nth = 0): Origin {
  const { source, start, end } = scalar.origin;
  const raw = source.text.slice(start, end);
  let at = raw.indexOf(piece);
  for (let skipped = 0; skipped < nth && at !== -1; skipped += 1) {
    at = raw.indexOf(piece, at + piece.length);
  }
  return at === -1 ? scalar.origin : { source, start: start + at, end: start + at + piece.length };
}

/** "a list", "a map", "the text …": what a node is, for sentences. */
export function describeNode(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null) return 'empty';
  const shown = node.written.length > 60 ? `${node.written.slice(0, 57)}...` : node.written;
  if (typeof node.value === 'string') return `the text ${JSON.stringify(shown)}`;
  return `the ${typeof node.value} \`${shown}\``;
}
