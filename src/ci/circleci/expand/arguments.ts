import { parametersOf, problemOfValue, type Parameter } from '../parameters.ts';
import { hasTemplate } from '../template.ts';
import { nameOf, type CallStack, type Entry, type Node, type Origin } from '../tree.ts';
import type { Definition, Unit } from '../unit.ts';
import { scalarOf, type Scope } from './scope.ts';
import { substitute } from './substitute.ts';

export interface Invocation {
  readonly kind: 'job' | 'command' | 'executor';
  readonly name: string;
  readonly origin: Origin;
  readonly given: readonly Entry[];
  readonly definition: Definition;
}

/** Expands steps where they are written: given, because steps call commands and commands have arguments. */
export type ExpandSteps = (node: Node, scope: Scope) => Node;

/** The scope inside of what is called: its parameters with the values that the caller gives, or their defaults. */
export function innerScope(call: Invocation, caller: Scope, expandSteps: ExpandSteps): Scope {
  const { unit, entry } = call.definition;
  const calls: CallStack = {
    kind: call.kind,
    name: call.name,
    origin: call.origin,
    caller: caller.calls,
    target: entry.key,
  };
  const values = new Map<string, Node>();
  const inner: Scope = { expansion: caller.expansion, unit, values, calls };
  for (const parameter of parametersOf(entry.value).values()) {
    const argument = call.given.find((each) => nameOf(each) === parameter.name);
    const value =
      argument === undefined
        ? defaultOf(parameter, { ...inner, values: new Map() }, expandSteps)
        : prepare(argument.value, parameter, { scope: caller, expandSteps });
    if (value === undefined) continue;
    if (argument !== undefined) checkValue(argument, { value, parameter, call }, caller);
    values.set(`parameters.${parameter.name}`, value);
  }
  return inner;
}

function defaultOf(parameter: Parameter, scope: Scope, expandSteps: ExpandSteps): Node | undefined {
  return parameter.defaultValue === undefined
    ? undefined
    : prepare(parameter.defaultValue, parameter, { scope, expandSteps });
}

function prepare(
  node: Node,
  { type }: Parameter,
  { scope, expandSteps }: { readonly scope: Scope; readonly expandSteps: ExpandSteps },
): Node {
  if (type === 'steps') return expandSteps(node, scope);
  const value = substitute(node, scope);
  if (type === 'executor') bindExecutor(value, scope.unit, scope);
  // A value that a template gave is text where text is wanted.
  const isText = type === 'string' && value.kind === 'scalar' && isTemplate(node);
  return isText && value.value !== null
    ? scalarOf(String(value.value), value.origin, value.calls)
    : value;
}

function isTemplate(node: Node): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && hasTemplate(node.value);
}

function bindExecutor(value: Node, unit: Unit, { expansion }: Scope): void {
  if (!expansion.executorUnits.has(value)) expansion.executorUnits.set(value, unit);
}

/** What a template gave is known only now. */
function checkValue(
  argument: Entry,
  {
    value,
    parameter,
    call,
  }: { readonly value: Node; readonly parameter: Parameter; readonly call: Invocation },
  caller: Scope,
): void {
  if (!isTemplate(argument.value)) return;
  if (value.kind === 'scalar' && value.value === null) return;
  const problem = problemOfValue(value, parameter);
  if (problem === undefined) return;
  caller.expansion.findings.add({
    code: 'argument-type',
    severity: 'error',
    origin: argument.value.origin,
    message: `\`${parameter.name}\` of the ${call.kind} \`${call.name}\` becomes ${problem.actual}, expected ${problem.expected}.`,
    official: `Error calling ${call.kind}: '${call.name}'\nType error for argument ${parameter.name}: expected ${problem.expected.replace('type ', 'type: ')}`,
    calls: caller.calls,
  });
}
