import {
  fields,
  oneOrMore,
  optional,
  text,
  type Check,
  type CheckContext,
  type Slot,
} from './check.ts';
import { checkPattern } from './logic-shape.ts';

const pattern: Check = (slot, context) => {
  text(slot, context);
  const source =
    slot.node.kind === 'scalar' ? /^\/(.*)\/$/su.exec(slot.node.written)?.[1] : undefined;
  if (source !== undefined) checkPattern(slot, context, source);
};

const side = fields({
  noun: 'filter',
  keys: { only: optional(oneOrMore(pattern)), ignore: optional(oneOrMore(pattern)) },
});

const both = fields({ noun: 'filter', keys: { branches: optional(side), tags: optional(side) } });

/** A map of branches and tags, or an expression. */
export function filters(slot: Slot, context: CheckContext): void {
  if (slot.node.kind === 'scalar' && typeof slot.node.value === 'string') return;
  both(slot, context);
}
