import { didYouMean } from '../../../config/suggestion.ts';
import { checkLogic } from './logic-shape.ts';
import { parametersOf, type Parameter } from '../parameters.ts';
import { hasTemplate } from '../template.ts';
import {
  entriesOf,
  nameOf,
  textOf,
  valueOf,
  type Entry,
  type Mapping,
  type Node,
  type Scalar,
} from '../tree.ts';
import { lookUp, namesOf, type Definition, type Unit } from '../unit.ts';
import { checkArguments } from './arguments.ts';
import { builtInSteps, needsKeys } from './built-in-steps.ts';
import { isOpen, report, wrongType, type CheckContext, type Slot } from './check.ts';

export interface StepContext extends CheckContext {
  readonly unit: Unit;
  /** Those that are in scope where the steps stand. */
  readonly parameters: ReadonlyMap<string, Parameter>;
}

/** A list of steps, of a job, a command, a condition or an argument. */
export function checkSteps(slot: Slot, context: StepContext): void {
  const { node } = slot;
  if (isOpen(slot, context)) return checkStepsParameter(node, context);
  if (node.kind !== 'list') {
    report(context, slot, {
      code: 'steps-not-a-list',
      message: `\`${slot.name}\` must be a list of steps.`,
      suggestion: 'Begin each step with `- `.',
    });
    return;
  }
  for (const item of node.items) checkStep(item, context);
}

function checkStep(node: Node, context: StepContext): void {
  if (node.kind === 'scalar') return checkStepWord(node, context);
  if (node.kind === 'list') {
    report(context, node, {
      code: 'list-in-steps',
      message: 'A list stands here in place of a step.',
      suggestion: 'Make a command of those steps, and call it: lists are not joined.',
    });
    return;
  }
  const [entry, ...more] = node.entries;
  if (entry === undefined) {
    report(context, node, { code: 'empty-step', message: 'This step is empty.' });
  } else if (more.length > 0) {
    reportSeveralKeys(node, context);
  } else {
    checkStepEntry(entry, context);
  }
}

function checkStepWord(node: Scalar, context: StepContext): void {
  const name = textOf(node);
  if (name === undefined) {
    report(context, node, {
      code: 'empty-step',
      message: node.value === null ? 'This step is empty.' : `\`${node.written}\` is no step.`,
      suggestion: 'Remove it, or write the name of a step.',
    });
    return;
  }
  if (isOpen({ node }, context)) {
    report(context, node, {
      code: 'step-from-template',
      message: `\`${name}\` cannot be a step.`,
      suggestion: `Write \`- steps: ${name}\` for a parameter of type steps.`,
    });
    return;
  }
  if (context.unit.commands.has(name)) return callCommand({ name, key: node, given: [] }, context);
  if (!needsKeys.has(name) && !['when', 'unless', 'steps'].includes(name)) {
    if (builtInSteps.has(name)) return;
    return callCommand({ name, key: node, given: [] }, context);
  }
  report(context, node, {
    code: 'missing-key',
    message: `The step \`${name}\` needs keys.`,
    suggestion: `Write \`- ${name}:\`, and its keys indented under it.`,
  });
}

function checkStepEntry(entry: Entry, context: StepContext): void {
  const name = nameOf(entry);
  const slot: Slot = { node: entry.value, name, origin: entry.key.origin };
  if (context.unit.commands.has(name)) return checkCall(entry, context);
  const check = builtInSteps.get(name);
  if (check !== undefined) return check(slot, context);
  if (name === 'when' || name === 'unless') return checkConditional(slot, context);
  if (name === 'steps') return checkSteps(slot, context);
  checkCall(entry, context);
}

function checkCall(entry: Entry, context: StepContext): void {
  const { value, key } = entry;
  const isNothing = value.kind === 'scalar' && value.value === null;
  if (value.kind !== 'map' && !isNothing && !isOpen({ node: value }, context)) {
    const found = lookUp(context.unit, 'commands', nameOf(entry));
    if (found === undefined) return callCommand({ name: nameOf(entry), key, given: [] }, context);
    if (found === 'opaque') return;
    wrongType(
      { node: value, name: nameOf(entry), origin: key.origin },
      context,
      'a map of arguments',
    );
    return;
  }
  callCommand({ name: nameOf(entry), key, given: entriesOf(value) }, context);
}

interface CommandCall {
  readonly name: string;
  readonly key: Scalar;
  readonly given: readonly Entry[];
}

function callCommand({ name, key, given }: CommandCall, context: StepContext): void {
  const found = lookUp(context.unit, 'commands', name);
  if (found === 'opaque' || hasTemplate(name)) return;
  if (found === undefined) {
    const names = [...builtInSteps.keys(), 'when', 'unless', ...namesOf(context.unit, 'commands')];
    report(context, key, {
      code: 'unknown-command',
      message: `There is no step and no command \`${name}\`.`,
      official: `Cannot find a definition for command named ${name}`,
      suggestion: didYouMean(name, names) ?? orbHint(name, context.unit),
    });
    return;
  }
  const parameters = parametersOf(found.entry.value);
  const others = new Set<string>();
  checkArguments({ kind: 'command', name, origin: key.origin, given, parameters, others }, context);
  checkReferences(given, parameters, context);
}

/** `docker/build` without `orbs: docker`. */
function orbHint(name: string, unit: Unit): string | undefined {
  const [alias = ''] = name.split('/');
  if (alias === name) return undefined;
  const meant = didYouMean(alias, unit.orbs.keys());
  return meant ?? `Import an orb as \`${alias}\` under \`orbs\`.`;
}

/** Arguments that name executors or hold steps, looked up where they are written. */
export function checkReferences(
  given: readonly Entry[],
  parameters: ReadonlyMap<string, Parameter>,
  context: StepContext,
): void {
  for (const entry of given) {
    const type = parameters.get(nameOf(entry))?.type;
    const slot = { node: entry.value, name: nameOf(entry), origin: entry.key.origin };
    if (type === 'steps' && entry.value.kind === 'list') checkSteps(slot, context);
    if (type === 'executor') checkExecutorReference(slot, context);
  }
}

/** `name`, a map of `name` and arguments, or a map of the name alone and its arguments. */
export function checkExecutorReference(slot: Slot, context: StepContext): void {
  const { name: nameNode, given } = executorReference(slot.node);
  const name = textOf(nameNode);
  if (nameNode === undefined || name === undefined) {
    return wrongType(slot, context, 'the name of an executor, or a map with `name`');
  }
  if (isOpen({ node: nameNode }, context)) return;
  const found = lookUp(context.unit, 'executors', name);
  if (found === 'opaque') return;
  if (found === undefined) {
    report(context, nameNode, {
      code: 'unknown-executor',
      message: `There is no executor \`${name}\`.`,
      official: `Cannot find a definition for executor named ${name}`,
      suggestion:
        didYouMean(name, namesOf(context.unit, 'executors')) ?? orbHint(name, context.unit),
    });
    return;
  }
  checkExecutorArguments({ found, name, node: nameNode, given }, context);
}

function checkExecutorArguments(
  call: {
    readonly found: Definition;
    readonly name: string;
    readonly node: Node;
    readonly given: readonly Entry[];
  },
  context: StepContext,
): void {
  const parameters = parametersOf(call.found.entry.value);
  const { name, given } = call;
  const others = new Set(['name']);
  const origin = call.node.origin;
  checkArguments({ kind: 'executor', name, origin, given, parameters, others }, context);
}

export interface ExecutorReference {
  /** Absent when there is none. */
  readonly name: Node | undefined;
  readonly given: readonly Entry[];
}

export function executorReference(node: Node): ExecutorReference {
  if (node.kind !== 'map') return { name: node, given: [] };
  const name = valueOf(node, 'name');
  if (name !== undefined) return { name, given: entriesOf(node) };
  const [entry, second] = node.entries;
  return second === undefined && entry !== undefined
    ? { name: entry.key, given: entriesOf(entry.value) }
    : { name: undefined, given: [] };
}

function checkConditional(slot: Slot, context: StepContext): void {
  const { node, name } = slot;
  if (node.kind !== 'map') return wrongType(slot, context, 'a map with `condition` and `steps`');
  for (const entry of node.entries) {
    const inner = { node: entry.value, name: nameOf(entry), origin: entry.key.origin };
    if (inner.name === 'condition') checkLogic(inner, context);
    else if (inner.name === 'steps') checkSteps(inner, context);
    else {
      report(context, inner, {
        code: 'unknown-key',
        severity: 'warning',
        message: `\`${name}\` has no key \`${inner.name}\`.`,
        suggestion: 'It has `condition` and `steps`.',
      });
    }
  }
  for (const key of ['condition', 'steps']) {
    if (valueOf(node, key) === undefined) {
      report(context, slot, {
        code: 'missing-key',
        message: `\`${name}\` needs the key \`${key}\`.`,
      });
    }
  }
}

/** `- run:` with its keys not indented: they are its neighbours, and it is empty. */
function reportSeveralKeys(node: Mapping, context: StepContext): void {
  const names = node.entries.map(nameOf);
  const [first, second] = node.entries;
  if (first === undefined || second === undefined) return;
  const isFirstEmpty = first.value.kind === 'scalar' && first.value.value === null;
  report(context, isFirstEmpty ? first.key : second.key, {
    code: isFirstEmpty ? 'step-not-indented' : 'two-steps-in-one',
    message: isFirstEmpty
      ? `\`${nameOf(first)}\` is empty: ${names
          .slice(1)
          .map((name) => `\`${name}\``)
          .join(', ')} stand beside it, not under it.`
      : `A step has one key, and this has ${names.map((name) => `\`${name}\``).join(', ')}.`,
    suggestion: isFirstEmpty
      ? `Indent what belongs to \`${nameOf(first)}\` by 4 more than \`-\`.`
      : builtInSteps.has(nameOf(second))
        ? `Begin \`${nameOf(second)}\` with \`- \`.`
        : `Write \`${nameOf(first)}\` as a map, and \`${nameOf(second)}\` under it.`,
  });
}

function checkStepsParameter(node: Node, context: StepContext): void {
  const name = /^<<\s*parameters\.([\w-]+)\s*>>$/u.exec(textOf(node) ?? '')?.[1];
  const parameter = name === undefined ? undefined : context.parameters.get(name);
  if (parameter?.type === undefined || parameter.type === 'steps') return;
  report(context, node, {
    code: 'argument-type',
    message: `\`${parameter.name}\` is a parameter of type ${parameter.type}, and steps are needed here.`,
    suggestion: 'Give the parameter the type `steps`.',
  });
}
