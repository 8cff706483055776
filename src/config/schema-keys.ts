import { z } from 'zod';
import type { Path } from './diagnostics.ts';

/** Keys that the schema allows at a path, of all alternatives there. Empty where any key is allowed. */
export function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const schemas = path.reduce<readonly z.core.$ZodType[]>(
    (current, step) =>
      current.flatMap((each) => alternatives(each).flatMap((it) => childOf(it, step))),
    [schema],
  );
  const objects = schemas.flatMap(alternatives).filter((each) => each instanceof z.ZodObject);
  return [...new Set(objects.flatMap((each) => Object.keys(each.shape)))];
}

/** Where below `schema` a key of this name is allowed: `ready`, `run.mounts`. Nearest first. */
export function placesOfKey(schema: z.core.$ZodType, name: string): readonly string[] {
  const found: string[] = [];
  let level: readonly (readonly [Path, z.core.$ZodType])[] = [[[], schema]];
  while (level.length > 0) {
    const next: (readonly [Path, z.core.$ZodType])[] = [];
    for (const [path, each] of level) {
      for (const object of alternatives(each).filter((it) => it instanceof z.ZodObject)) {
        if (Object.hasOwn(object.shape, name) && path.length > 0) found.push(path.join('.'));
        for (const [key, child] of Object.entries(object.shape)) next.push([[...path, key], child]);
      }
    }
    level = next;
  }
  return [...new Set(found)];
}

/** The schema without its wrappers; all members of a union. */
function alternatives(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  if (schema instanceof z.ZodPipe) return alternatives(schema.in);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return alternatives(schema.unwrap());
  }
  return [schema];
}

function childOf(schema: z.core.$ZodType, step: string | number): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  const child = Object.hasOwn(shape, step) ? shape[step] : undefined;
  return child === undefined ? [] : [child];
}
