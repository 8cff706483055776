import { executorReference } from '../structure/steps.ts';
import {
  entriesOf,
  nameOf,
  textOf,
  valueOf,
  type Entry,
  type Mapping,
  type Node,
} from '../tree.ts';
import { lookUp } from '../unit.ts';
import { innerScope, type Invocation } from './arguments.ts';
import { scalarOf, type Scope } from './scope.ts';
import { expandSteps } from './steps.ts';
import { substitute } from './substitute.ts';

/** Keys that say how a job is made, and are not there when it is. */
const MAKING_KEYS = new Set([
  'parameters',
  'executor',
  'steps',
  'description',
  'pre-steps',
  'post-steps',
]);

/** A job as it runs: its executor in its place, its commands written out, the steps around it before and after. */
export function expandJob(call: Invocation, caller: Scope): Mapping {
  const { entry } = call.definition;
  const scope = innerScope(call, caller, expandSteps);
  const reference = valueOf(entry.value, 'executor');
  const executor = reference === undefined ? [] : expandExecutor(reference, scope);
  const own = entriesOf(entry.value)
    .filter((each) => !MAKING_KEYS.has(nameOf(each)))
    .map(({ key, value }) => ({ key, value: substitute(value, scope) }));
  const steps = [
    ...around(call.given, 'pre-steps', caller),
    ...around(entriesOf(entry.value), 'pre-steps', scope),
    ...around(entriesOf(entry.value), 'steps', scope),
    ...around(entriesOf(entry.value), 'post-steps', scope),
    ...around(call.given, 'post-steps', caller),
  ];
  const entries = mergeExecutor(executor, own);
  const key = scalarOf('steps', entry.key.origin, scope.calls);
  const list: Node = { kind: 'list', items: steps, origin: entry.key.origin };
  return { kind: 'map', entries: [...entries, { key, value: list }], origin: entry.key.origin };
}

function around(entries: readonly Entry[], name: string, scope: Scope): readonly Node[] {
  const steps = entries.find((entry) => nameOf(entry) === name)?.value;
  return steps === undefined ? [] : expandSteps(steps, scope).items;
}

/** The keys of the job win whole; only the variables of both are there. */
function mergeExecutor(executor: readonly Entry[], own: readonly Entry[]): readonly Entry[] {
  const merged = new Map(executor.map((entry) => [nameOf(entry), entry]));
  if (own.some((entry) => WHERE_KEYS.has(nameOf(entry)))) {
    for (const key of WHERE_KEYS) merged.delete(key);
  }
  for (const entry of own) {
    const other = merged.get(nameOf(entry));
    const isBoth = nameOf(entry) === 'environment' && other !== undefined;
    merged.set(nameOf(entry), isBoth ? mergeVariables(other, entry) : entry);
  }
  return [...merged.values()];
}

const WHERE_KEYS = new Set(['docker', 'machine', 'macos']);

function mergeVariables(executor: Entry, own: Entry): Entry {
  if (executor.value.kind !== 'map' || own.value.kind !== 'map') return own;
  const variables = new Map(executor.value.entries.map((entry) => [nameOf(entry), entry]));
  for (const entry of own.value.entries) variables.set(nameOf(entry), entry);
  return { key: own.key, value: { ...own.value, entries: [...variables.values()] } };
}

function expandExecutor(reference: Node, scope: Scope): readonly Entry[] {
  const value = substitute(reference, scope);
  const { name: nameNode, given } = executorReference(value);
  const name = textOf(nameNode);
  const unit = scope.expansion.executorUnits.get(value) ?? scope.unit;
  const found = name === undefined ? undefined : lookUp(unit, 'executors', name);
  if (name === undefined || found === undefined) {
    scope.expansion.findings.add({
      code: 'unknown-executor',
      severity: 'error',
      origin: reference.origin,
      message: `There is no executor \`${name ?? ''}\`.`,
      official: `Cannot find a definition for executor named ${name ?? ''}`,
      calls: scope.calls,
    });
    return [];
  }
  // Of an orb that is not here only the reference is known.
  if (found === 'opaque') {
    return [{ key: scalarOf('executor', reference.origin, scope.calls), value }];
  }
  const call: Invocation = {
    kind: 'executor',
    name,
    origin: reference.origin,
    given,
    definition: found,
  };
  const inner = innerScope(call, scope, expandSteps);
  return entriesOf(found.entry.value)
    .filter((entry) => !['parameters', 'description'].includes(nameOf(entry)))
    .map(({ key, value: each }) => ({ key, value: substitute(each, inner) }));
}
