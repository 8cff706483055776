import { nameOf, textOf } from '../tree.ts';
import { isOpen, report, wrongType, type Check, type CheckContext, type Slot } from './check.ts';

/** A map of scalars; the compiler also takes a list of maps and of `NAME=value`. */
export const environment: Check = (slot, context) => {
  if (isOpen(slot, context)) return;
  if (slot.node.kind === 'map') return variables(slot, context);
  if (slot.node.kind !== 'list') return wrongType(slot, context, 'a map');
  for (const node of slot.node.items) {
    const item = { node, name: slot.name, origin: node.origin };
    if (node.kind === 'map') variables(item, context);
    else if (!/^[^=]+=/u.test(textOf(node) ?? '')) wrongType(item, context, 'a map of variables');
  }
};

function variables(slot: Slot, context: CheckContext): void {
  if (slot.node.kind !== 'map') return;
  for (const entry of slot.node.entries) {
    if (entry.value.kind === 'scalar') continue;
    report(
      context,
      { origin: entry.key.origin },
      {
        code: 'wrong-type',
        message: `The variable \`${nameOf(entry)}\` must be text, but is a ${entry.value.kind}.`,
      },
    );
  }
}
