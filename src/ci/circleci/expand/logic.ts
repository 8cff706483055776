import { toPattern } from '../expression/pattern.ts';
import { entriesOf, itemsOf, nameOf, textOf, valueOf, type Node, type Plain } from '../tree.ts';
import type { Scope } from './scope.ts';
import { substitute } from './substitute.ts';

/**
 * Whether a logic statement holds. Falsy are false, null, 0, an empty text, and a statement without arguments: other than
 * in an expression.
 */
export function isTrue(condition: Node, scope: Scope): boolean {
  return holds(substitute(condition, scope));
}

function holds(node: Node): boolean {
  if (node.kind === 'list') return node.items.length > 0;
  if (node.kind === 'scalar') return !FALSY.includes(node.value);
  const [entry] = node.entries;
  return entry !== undefined && (STATEMENTS[nameOf(entry)]?.(entry.value) ?? false);
}

const FALSY: readonly Plain[] = [null, false, '', 0];

const STATEMENTS: Readonly<Record<string, (node: Node) => boolean>> = {
  and: (node) => itemsOf(node).length > 0 && itemsOf(node).every(holds),
  or: (node) => itemsOf(node).some(holds),
  not: (node) => !holds(node),
  equal: (node) => {
    const items = itemsOf(node);
    return items.length > 0 && items.every((item) => isSame(item, items[0]));
  },
  matches: (node) => isMatch(node),
};

function isMatch(node: Node): boolean {
  const pattern = toPattern(textOf(valueOf(node, 'pattern')) ?? '');
  const value = valueOf(node, 'value');
  if (value?.kind !== 'scalar' || value.value === null) return false;
  return pattern?.isMatchOf(String(value.value)) ?? false;
}

/** Equal in value and type; lists and maps by what they hold. */
function isSame(one: Node, other: Node | undefined): boolean {
  if (other === undefined || one.kind !== other.kind) return false;
  if (one.kind === 'scalar') return other.kind === 'scalar' && one.value === other.value;
  if (one.kind === 'list') {
    const items = itemsOf(other);
    return (
      one.items.length === items.length && one.items.every((item, i) => isSame(item, items[i]))
    );
  }
  return (
    one.entries.length === entriesOf(other).length &&
    one.entries.every((entry) => isSame(entry.value, valueOf(other, nameOf(entry))))
  );
}
