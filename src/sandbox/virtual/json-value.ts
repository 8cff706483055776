/** JSON of the engine and of clients: known by what is looked at, passed on for the rest. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or an empty one for anything else. */
export function objectIn(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function textsIn(value: unknown): readonly string[] {
  return listIn(value).filter((each) => typeof each === 'string');
}

/** What stands at the end of a path of names; `undefined` when a part of it is not there. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const name of path) current = objectIn(current)[name];
  return current;
}

/** Absent when the text is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Names of a body that something is decided by. A list stands for the items of a list, `*` for any name. */
export interface Shape {
  readonly [name: string]: Shape | readonly [Shape] | true;
}

/**
 * The value with the names of the shape written as the shape writes them. The engine reads names without case, in Go's
 * own sense of it, so that `hostconfig` and `HoſtConfig` mean `HostConfig`: what is judged must be what is sent.
 * Of two names that mean the same only the last is kept.
 */
export function canonical(value: unknown, shape: Shape): unknown {
  if (!isObject(value)) return value;
  const inner = shape['*'];
  const names = new Map(Object.keys(shape).map((name) => [folded(name), name]));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const name = inner === undefined ? (names.get(folded(key)) ?? key) : key;
      const known = inner ?? (Object.hasOwn(shape, name) ? shape[name] : undefined);
      return [name, canonicalMember(each, known ?? true)];
    }),
  );
}

function canonicalMember(value: unknown, shape: Shape | readonly [Shape] | true): unknown {
  if (shape === true) return value;
  if (!isList(shape)) return canonical(value, shape);
  return Array.isArray(value) ? value.map((item) => canonical(item, shape[0])) : value;
}

function isList(shape: Shape | readonly [Shape]): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function folded(name: string): string {
  return name.toUpperCase().toLowerCase();
}
