import { entriesOf, itemsOf, nameOf, textOf, valueOf, type Entry, type Node } from './tree.ts';
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
  const value = node.kind === 'scalar' ? node.value : undefined;
  switch (type) {
    case undefined:
      return undefined;
    case 'string':
      return typeof value === 'string' ? undefined : 'type string';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'type boolean';
    case 'integer':
      return Number.isInteger(value) ? undefined : 'type integer';
    case 'steps':
      return node.kind === 'list' ? undefined : 'type steps';
    case 'executor':
      return isExecutorValue(node) ? undefined : 'type executor';
    case 'env_var_name':
      return typeof value === 'string' && /^[A-Za-z_]\w*$/u.test(value)
        ? undefined
        : 'type env_var_name';
    case 'enum':
      return node.kind === 'scalar' && values.includes(node.written)
        ? undefined
        : `one of ${values.join(', ')}`;
  }
}

function isExecutorValue(node: Node): boolean {
  return node.kind === 'map' ? valueOf(node, 'name') !== undefined : textOf(node) !== undefined;
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
