import { z } from 'zod';

/** The part of JSON Schema that Zod writes and the reference shows. */
interface Node {
  readonly type?: string | readonly string[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly default?: unknown;
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | Node | undefined;
  readonly items?: Node | undefined;
  readonly anyOf?: readonly Node[] | undefined;
}

const nodeSchema: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    default: z.unknown().optional(),
    description: z.string().optional(),
    properties: z.record(z.string(), nodeSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), nodeSchema]).optional(),
    items: nodeSchema.optional(),
    anyOf: z.array(nodeSchema).optional(),
  }),
);

export interface Field {
  readonly key: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** As JSON; absent when there is none, or an empty object that only says "optional". */
  readonly default?: string;
  readonly description: string;
}

/** An object with keys of its own, by the path that leads to it: `images.<name>.ready`. */
export interface Section {
  readonly path: string;
  readonly description: string;
  readonly fields: readonly Field[];
}

/** Flattens a JSON Schema: one section for each object with keys, the outermost first. */
export function toSections(schema: unknown, path = ''): readonly Section[] {
  return sectionsOf(nodeSchema.parse(schema), path);
}

function sectionsOf(node: Node, path: string): readonly Section[] {
  const join = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const own =
    node.properties === undefined
      ? []
      : [{ path, description: node.description ?? '', fields: fieldsOf(node) }];
  return [
    ...own,
    ...Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
      sectionsOf(child, join(key)),
    ),
    ...(typeof node.additionalProperties === 'object'
      ? sectionsOf(node.additionalProperties, join('<name>'))
      : []),
    ...(node.items === undefined ? [] : sectionsOf(node.items, `${path}[]`)),
    ...(node.anyOf ?? []).flatMap((form) => sectionsOf(form, path)),
  ];
}

function fieldsOf(node: Node): readonly Field[] {
  return Object.entries(node.properties ?? {})
    .filter(([key]) => key !== '$schema')
    .map(([key, child]) => ({
      key,
      type: typeOf(child),
      isRequired: node.required?.includes(key) === true && child.default === undefined,
      ...defaultOf(child),
      description: child.description ?? '',
    }));
}

function defaultOf({ default: value }: Node): { readonly default?: string } {
  const text = value === undefined ? '' : JSON.stringify(value);
  return text === '' || text === '{}' ? {} : { default: text };
}

function typeOf(node: Node): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeOf))].join(' or ');
  if (node.items !== undefined) return `list of ${typeOf(node.items)}`;
  if (typeof node.additionalProperties === 'object') {
    return `name to ${typeOf(node.additionalProperties)}`;
  }
  if (node.properties !== undefined) return 'object';
  return [node.type ?? 'any value'].flat().join(' or ');
}
