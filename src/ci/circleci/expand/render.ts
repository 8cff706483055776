import { stringify } from 'yaml';
import { framesOf } from '../render-findings.ts';
import { placeOf, type Mapping, type Node } from '../tree.ts';

/** Plain data of a tree. */
export function toData(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toData);
  return Object.fromEntries(
    node.entries.map(({ key, value }) => [String(key.value), toData(value)]),
  );
}

export function renderYaml(root: Mapping): string {
  return stringify(toData(root), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Where a scalar of the output stands in the source. */
export interface Provenance {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `command build`, `job test`: outermost first, each with its place. */
  readonly calls?: readonly string[];
}

/** By JSON Pointer. @see https://www.rfc-editor.org/rfc/rfc6901 */
export function provenanceOf(root: Mapping): Readonly<Record<string, Provenance>> {
  const found: Record<string, Provenance> = {};
  walk(root, '', (pointer, provenance) => {
    found[pointer] = provenance;
  });
  return found;
}

function walk(
  node: Node,
  pointer: string,
  tell: (pointer: string, provenance: Provenance) => void,
): void {
  if (node.kind === 'list') {
    for (const [index, item] of node.items.entries()) walk(item, `${pointer}/${index}`, tell);
    return;
  }
  if (node.kind === 'map') {
    for (const { key, value } of node.entries) {
      const name = String(key.value).replaceAll('~', '~0').replaceAll('/', '~1');
      walk(value, `${pointer}/${name}`, tell);
    }
    return;
  }
  const { line, column } = placeOf(node.origin);
  const calls = framesOf(node.calls).map((frame) => {
    const at = placeOf(frame.origin);
    return `${frame.kind} ${frame.name} at ${frame.origin.source.file}:${at.line}:${at.column}`;
  });
  const { file } = node.origin.source;
  tell(pointer, { file, line, column, ...(calls.length === 0 ? {} : { calls }) });
}
