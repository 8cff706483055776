import { didYouMean } from '../../../config/suggestion.ts';
import type { Findings, Severity } from '../finding.ts';
import { hasTemplate } from '../template.ts';
import { describeNode, nameOf, type Node, type Origin } from '../tree.ts';

/** A value at its place, to be checked. */
export interface Slot {
  readonly node: Node;
  /** As sentences name it: the key, or `an item of steps`. */
  readonly name: string;
  /** Its key; for items of lists the item. */
  readonly origin: Origin;
}

export interface CheckContext {
  readonly findings: Findings;
  /** Whether `<< >>` means something: from version 2.1 on. */
  readonly isTemplated: boolean;
}

/** Says what is wrong with one value. */
export type Check = (slot: Slot, context: CheckContext) => void;

export interface Shape {
  readonly keys: Readonly<Record<string, Check>>;
  readonly required?: readonly string[];
  /** What the map is, for sentences: `job`. */
  readonly noun: string;
  /** Of a key that is not in the table. @default 'error' */
  readonly unknown?: Severity | undefined;
}

export function report(
  context: CheckContext,
  slot: Pick<Slot, 'origin'>,
  content: {
    readonly code: string;
    readonly message: string;
    readonly suggestion?: string | undefined;
    readonly official?: string | undefined;
    readonly severity?: Severity | undefined;
  },
): void {
  const { severity = 'error', ...rest } = content;
  context.findings.add({ severity, origin: slot.origin, ...rest });
}

/** Whether the value is not known before expansion. */
export function isOpen({ node }: Pick<Slot, 'node'>, context: CheckContext): boolean {
  return context.isTemplated && node.kind === 'scalar' && typeof node.value === 'string'
    ? hasTemplate(node.value)
    : false;
}

export function wrongType(slot: Slot, context: CheckContext, expected: string): void {
  const { node } = slot;
  report(
    context,
    { origin: node.kind === 'scalar' && node.value !== null ? node.origin : slot.origin },
    {
      code: 'wrong-type',
      message: `\`${slot.name}\` must be ${expected}, but is ${describeNode(node)}.`,
    },
  );
}

/** Any scalar: numbers and booleans are written out. */
export const text: Check = (slot, context) => {
  if (slot.node.kind !== 'scalar' || slot.node.value === null) wrongType(slot, context, 'text');
};

export const anything: Check = () => undefined;

export const truth: Check = (slot, context) => {
  if (isOpen(slot, context)) return;
  if (slot.node.kind !== 'scalar' || typeof slot.node.value !== 'boolean') {
    wrongType(slot, context, 'true or false');
  }
};

export function wholeNumber(least: number, most = Infinity): Check {
  return (slot, context) => {
    if (isOpen(slot, context)) return;
    const value = slot.node.kind === 'scalar' ? Number(slot.node.value) : NaN;
    if (Number.isInteger(value) && value >= least && value <= most) return;
    const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
    wrongType(slot, context, `a whole number ${range}`);
  };
}

export function oneOf(...values: readonly string[]): Check {
  return (slot, context) => {
    if (isOpen(slot, context)) return;
    const { node } = slot;
    if (node.kind === 'scalar' && values.includes(String(node.value))) return;
    const meant = node.kind === 'scalar' ? didYouMean(node.written, values) : undefined;
    report(context, node.kind === 'scalar' ? node : slot, {
      code: 'wrong-value',
      message: `\`${slot.name}\` must be ${orOf(values)}, but is ${describeNode(node)}.`,
      suggestion: meant,
    });
  };
}

/** "`a`, `b` or `c`". */
function orOf(values: readonly string[]): string {
  const quoted = values.map((value) => `\`${value}\``);
  const last = quoted.at(-1) ?? '';
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(', ')} or ${last}`;
}

export function textLike(pattern: RegExp, form: string): Check {
  return (slot, context) => {
    if (isOpen(slot, context)) return;
    const { node } = slot;
    if (node.kind === 'scalar' && pattern.test(node.written)) return;
    wrongType(slot, context, form);
  };
}

/** Nothing after the key is as good as no key. */
export function optional(check: Check): Check {
  return (slot, context) => {
    if (slot.node.kind === 'scalar' && slot.node.value === null) return;
    check(slot, context);
  };
}

export function listOf(item: Check): Check {
  return (slot, context) => {
    if (isOpen(slot, context)) return;
    if (slot.node.kind !== 'list') return wrongType(slot, context, 'a list');
    for (const node of slot.node.items) {
      item({ node, name: `an item of ${slot.name}`, origin: node.origin }, context);
    }
  };
}

/** One, or a list of them. */
export function oneOrMore(item: Check): Check {
  const list = listOf(item);
  return (slot, context) => (slot.node.kind === 'list' ? list : item)(slot, context);
}

export function mapOf(value: Check): Check {
  return (slot, context) => {
    if (isOpen(slot, context)) return;
    if (slot.node.kind !== 'map') return wrongType(slot, context, 'a map');
    for (const entry of slot.node.entries) {
      value({ node: entry.value, name: nameOf(entry), origin: entry.key.origin }, context);
    }
  };
}

export function fields(shape: Shape): Check {
  const known = new Map(Object.entries(shape.keys));
  return (slot, context) => {
    if (isOpen(slot, context)) return;
    const { node } = slot;
    if (node.kind !== 'map') return wrongType(slot, context, 'a map');
    for (const entry of node.entries) {
      const name = nameOf(entry);
      const check = known.get(name);
      const inner = { node: entry.value, name, origin: entry.key.origin };
      if (check === undefined) unknownKey(inner, context, shape);
      else check(inner, context);
    }
    for (const name of shape.required ?? []) {
      if (node.entries.some((entry) => nameOf(entry) === name)) continue;
      report(context, slot, {
        code: 'missing-key',
        message: `${subjectOf(slot, shape)} needs the key \`${name}\`.`,
      });
    }
  };
}

function subjectOf({ name }: Slot, { noun }: Shape): string {
  const isNamed = !name.startsWith('an item of') && !noun.includes(name);
  return isNamed ? `The ${noun} \`${name}\`` : `The ${noun}`;
}

/** More keys than this are no help to read. */
const MOST_KEYS_SHOWN = 12;

function unknownKey(slot: Slot, context: CheckContext, shape: Shape): void {
  const keys = Object.keys(shape.keys);
  const longer = keys.find((key) => slot.name.length > 3 && key.startsWith(slot.name));
  const all = `It can have ${keys.map((key) => `\`${key}\``).join(', ')}.`;
  report(context, slot, {
    code: 'unknown-key',
    severity: shape.unknown ?? 'error',
    message: `A ${shape.noun} has no key \`${slot.name}\`.`,
    suggestion:
      didYouMean(slot.name, keys) ??
      (longer === undefined ? undefined : `Did you mean \`${longer}\`?`) ??
      (keys.length > MOST_KEYS_SHOWN ? undefined : all),
  });
}
