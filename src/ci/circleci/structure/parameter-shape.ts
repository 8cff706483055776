import { didYouMean } from '../../../config/suggestion.ts';
import {
  elementTypes,
  parametersOf,
  pipelineTypes,
  problemOfValue,
  type Parameter,
} from '../parameters.ts';
import { entryOf, nameOf, textOf, valueOf } from '../tree.ts';
import {
  anything,
  fields,
  listOf,
  optional,
  report,
  text,
  type Check,
  type CheckContext,
  type Slot,
} from './check.ts';

/** Names that an invocation of a job takes for itself. */
export const reservedArguments = [
  'name',
  'requires',
  'context',
  'type',
  'filters',
  'matrix',
  'pre-steps',
  'post-steps',
  'serial-group',
  'override-with',
] as const;

type Owner = 'pipeline' | 'job' | 'command' | 'executor';

/** The map under `parameters`. */
export function parameterDefinitions(owner: Owner, ownerName = ''): Check {
  const shape = fields({
    noun: 'parameter',
    required: owner === 'pipeline' ? ['type', 'default'] : ['type'],
    keys: { type: text, default: anything, description: optional(text), enum: listOf(text) },
  });
  return optional((slot, context) => {
    if (slot.node.kind !== 'map') {
      report(context, slot, {
        code: 'wrong-type',
        message: '`parameters` must be a map of names and their definitions.',
      });
      return;
    }
    for (const entry of slot.node.entries) {
      const inner = { node: entry.value, name: nameOf(entry), origin: entry.key.origin };
      shape(inner, context);
      checkName(inner, context, owner);
      checkType(inner, context, owner);
    }
    for (const parameter of parametersOf({
      ...slot.node,
      entries: [{ key: keyOf(slot), value: slot.node }],
    }).values()) {
      checkDefault(parameter, context, { owner, ownerName });
    }
  });
}

function keyOf(slot: Slot): Parameter['entry']['key'] {
  return { kind: 'scalar', value: 'parameters', written: 'parameters', origin: slot.origin };
}

function checkName(slot: Slot, context: CheckContext, owner: Owner): void {
  if (!/^[A-Za-z_][\w-]*$/u.test(slot.name)) {
    report(context, slot, {
      code: 'name',
      severity: owner === 'pipeline' ? 'warning' : 'error',
      message: `\`${slot.name}\` cannot be the name of a parameter.`,
      suggestion: 'Use lower-case letters, digits, `-` and `_`, and begin with a letter.',
    });
  }
  if (owner === 'job' && reservedArguments.some((name) => name === slot.name)) {
    report(context, slot, {
      code: 'reserved-name',
      message: `A workflow takes \`${slot.name}\` for itself: a job cannot have a parameter of that name.`,
      suggestion: 'Rename it.',
    });
  }
}

function checkType(slot: Slot, context: CheckContext, owner: Owner): void {
  const type = valueOf(slot.node, 'type');
  const types: readonly string[] = owner === 'pipeline' ? pipelineTypes : elementTypes;
  const name = textOf(type);
  if (type !== undefined && (name === undefined || !types.includes(name))) {
    report(context, type, {
      code: 'parameter-type',
      message: `There is no type \`${name ?? ''}\` for a parameter of a ${owner}.`,
      suggestion: didYouMean(name ?? '', types) ?? `There are ${types.join(', ')}.`,
    });
  }
  if (name === 'enum' && entryOf(slot.node, 'enum') === undefined) {
    report(context, slot, {
      code: 'missing-key',
      message: `The enum \`${slot.name}\` needs the key \`enum\` with its values.`,
    });
  }
}

function checkDefault(
  parameter: Parameter,
  context: CheckContext,
  owner: { readonly owner: Owner; readonly ownerName: string },
): void {
  const { defaultValue, name } = parameter;
  if (defaultValue === undefined) return;
  const problem = problemOfValue(defaultValue, parameter);
  if (problem === undefined) return;
  const where =
    owner.ownerName === '' ? '' : `Error in definition of ${owner.owner} '${owner.ownerName}'\n`;
  report(
    context,
    { origin: defaultValue.kind === 'scalar' ? defaultValue.origin : parameter.entry.key.origin },
    {
      code: 'default-type',
      message: `The default of the parameter \`${name}\` is ${problem.actual}, expected ${problem.expected}.`,
      official: `${where}Parameter error: default value of parameter '${name}' is ${problem.actual}: expected ${problem.expected}`,
      suggestion: problem.suggestion,
    },
  );
}
