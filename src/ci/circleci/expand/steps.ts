import {
  entriesOf,
  nameOf,
  textOf,
  valueOf,
  type Entry,
  type List,
  type Node,
  type Scalar,
} from '../tree.ts';
import { lookUp, type Definition } from '../unit.ts';
import { innerScope } from './arguments.ts';
import { isTrue } from './logic.ts';
import { isCalled, MOST_CALLS, scalarOf, type Scope } from './scope.ts';
import { substitute } from './substitute.ts';

/** A list of steps in which commands and conditions are written out. */
export function expandSteps(node: Node, scope: Scope): List {
  const { expandedSteps } = scope.expansion;
  const value = node.kind === 'scalar' ? substitute(node, scope) : node;
  if (value.kind === 'list' && expandedSteps.has(value)) return value;
  const items = value.kind === 'list' ? value.items.flatMap((item) => expandStep(item, scope)) : [];
  const list: List = { kind: 'list', items, origin: value.origin };
  expandedSteps.add(list);
  return list;
}

function expandStep(node: Node, scope: Scope): readonly Node[] {
  if (node.kind === 'scalar') {
    const name = textOf(node) ?? '';
    const found = lookUp(scope.unit, 'commands', name);
    if (found !== undefined && found !== 'opaque')
      return call({ key: node, given: [], found }, scope);
    return [substitute(node, scope)];
  }
  const [entry] = entriesOf(node);
  if (entry === undefined) return [];
  const found = lookUp(scope.unit, 'commands', nameOf(entry));
  if (found !== undefined && found !== 'opaque') {
    return call({ key: entry.key, given: entriesOf(entry.value), found }, scope);
  }
  return expandBuiltIn(entry, node, scope);
}

function expandBuiltIn(entry: Entry, node: Node, scope: Scope): readonly Node[] {
  const name = nameOf(entry);
  if (name === 'steps') return expandSteps(entry.value, scope).items;
  if (name === 'when' || name === 'unless') {
    const condition = valueOf(entry.value, 'condition');
    const isHeld = condition !== undefined && isTrue(condition, scope);
    const steps = valueOf(entry.value, 'steps');
    return isHeld === (name === 'when') && steps !== undefined
      ? expandSteps(steps, scope).items
      : [];
  }
  const value = substitute(entry.value, scope);
  return [
    {
      kind: 'map',
      entries: [{ key: entry.key, value: normalise(name, value) }],
      origin: node.origin,
    },
  ];
}

/** `run: text` is `run: {command: text}`. */
function normalise(name: string, value: Node): Node {
  if ((name !== 'run' && name !== 'deploy') || value.kind !== 'scalar') return value;
  const key = scalarOf('command', value.origin, value.calls);
  return { kind: 'map', entries: [{ key, value }], origin: value.origin };
}

function call(
  {
    key,
    given,
    found,
  }: { readonly key: Scalar; readonly given: readonly Entry[]; readonly found: Definition },
  scope: Scope,
): readonly Node[] {
  const name = String(key.value);
  const { count, findings } = scope.expansion;
  count.calls += 1;
  const isCircle = isCalled(found.entry.key, scope.calls);
  if (isCircle || count.calls > MOST_CALLS) {
    findings.add({
      code: 'command-circle',
      severity: 'error',
      origin: isCircle ? key.origin : found.entry.key.origin,
      message: isCircle
        ? `The command \`${name}\` calls itself here, perhaps through others.`
        : `Commands are called more than ${MOST_CALLS} times.`,
      calls: isCircle ? scope.calls : undefined,
    });
    return [];
  }
  const invocation = {
    kind: 'command',
    name,
    origin: key.origin,
    given,
    definition: found,
  } as const;
  const steps = valueOf(found.entry.value, 'steps');
  const inner = innerScope(invocation, scope, expandSteps);
  return steps === undefined ? [] : expandSteps(steps, inner).items;
}
