import {
  entriesOf,
  itemsOf,
  nameOf,
  textOf,
  valueOf,
  type Entry,
  type Node,
  type Plain,
} from './tree.ts';
import { hasTemplate } from './template.ts';

export const elementTypes = [
  'string',
  'boolean',
  'integer',
  'enum',
  'executor',
  'steps',
  'env_var_name',
] as const;
export const pipelineTypes = ['string', 'boolean', 'integer', 'enum'] as const;
export type ParameterType = (typeof elementTypes)[number];

export interface Parameter {
  readonly name: string;
  /** Absent when the definition names none that exists. */
  readonly type: ParameterType | undefined;
  readonly entry: Entry;
  /** Absent when an argument is required; `default: null` is no default. */
  readonly defaultValue?: Node | undefined;
  /** Of an enum, as texts. */
  readonly values: readonly string[];
}

/** The parameters that a job, command, executor or pipeline declares. */
export function parametersOf(element: Node | undefined): ReadonlyMap<string, Parameter> {
  return new Map(
    entriesOf(valueOf(element, 'parameters')).map((entry) => [nameOf(entry), toParameter(entry)]),
  );
}

function toParameter(entry: Entry): Parameter {
  const type = textOf(valueOf(entry.value, 'type'));
  const defaultValue = valueOf(entry.value, 'default');
  const isNull = defaultValue?.kind === 'scalar' && defaultValue.value === null;
  return {
    name: nameOf(entry),
    type: elementTypes.find((each) => each === type),
    entry,
    defaultValue: isNull ? undefined : defaultValue,
    values: itemsOf(valueOf(entry.value, 'enum')).flatMap((item) =>
      item.kind === 'scalar' ? [item.written] : [],
    ),
  };
}

export interface ValueProblem {
  /** "expected type string". */
  readonly expected: string;
  readonly actual: string;
  readonly suggestion?: string | undefined;
}

/** Why a value cannot be an argument; absent when it can, or when only expansion can tell. */
export function problemOfValue(node: Node, parameter: Parameter): ValueProblem | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string' && hasTemplate(node.value)) {
    return undefined;
  }
  const expected = parameter.type === undefined ? undefined : expectation(node, parameter);
  if (expected === undefined) return undefined;
  return { expected, actual: actualOf(node), suggestion: suggestionFor(node, parameter) };
}

function expectation(node: Node, { type, values }: Parameter): string | undefined {
  if (type === undefined) return undefined;
  const isFitting = FITS[type](node, values);
  if (isFitting) return undefined;
  return type === 'enum' ? `one of ${values.join(', ')}` : `type ${type}`;
}

const FITS: Readonly<Record<ParameterType, (node: Node, values: readonly string[]) => boolean>> = {
  string: (node) => typeof plainOf(node) === 'string',
  boolean: (node) => typeof plainOf(node) === 'boolean',
  integer: (node) => Number.isInteger(plainOf(node)),
  steps: (node) => node.kind === 'list',
  executor: (node) => isExecutorValue(node),
  env_var_name: (node) => /^[A-Za-z_]\w*$/u.test(textOf(node) ?? ''),
  enum: (node, values) => node.kind === 'scalar' && values.includes(node.written),
};

function plainOf(node: Node): Plain | undefined {
  return node.kind === 'scalar' ? node.value : undefined;
}

function isExecutorValue(node: Node): boolean {
  return node.kind === 'map' ? node.entries.length > 0 : textOf(node) !== undefined;
}

function actualOf(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'empty';
  const type = Number.isInteger(node.value) ? 'integer' : typeof node.value;
  return `'${String(node.value)}' (type ${type})`;
}

function suggestionFor(node: Node, { type }: Parameter): string | undefined {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  if (type === 'string' && typeof node.value !== 'string') {
    const changed = String(node.value) === node.written ? '' : `, or it is ${String(node.value)}`;
    return `Put it into quotes${changed}: \`"${node.written}"\`.`;
  }
  const isQuoted = typeof node.value === 'string';
  if (type === 'boolean' && isQuoted && /^(?:true|false)$/u.test(node.written)) {
    return `Remove the quotes: \`${node.written}\`.`;
  }
  if (type === 'integer' && isQuoted && /^-?\d+$/u.test(node.written)) {
    return `Remove the quotes: \`${node.written}\`.`;
  }
  return undefined;
}
