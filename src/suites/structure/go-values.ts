import type { ConfigSource } from '../../config/config-source.ts';
import type { Path } from '../../config/diagnostics.ts';
import { keysAt } from '../../config/schema-keys.ts';
import type { z } from 'zod';
import { flagKeys, numberKeys } from './file-schema.ts';

/**
 * The values of a YAML file as `yaml.v2` gives them to the fields of container-structure-test: text stays as written,
 * also `1.10`, `yes` and `null`; only in numbers and truth values does YAML 1.1 have a say.
 * @see https://github.com/go-yaml/yaml/blob/v2.4.0/decode.go
 */
export function yamlValues(source: ConfigSource): unknown {
  const read = (value: unknown, path: Path, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => read(item, [...path, index], key));
    if (isRecord(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, read(item, [...path, name], name)]),
      );
    }
    const isTyped = numberKeys.has(key) || flagKeys.has(key);
    if (isTyped || typeof value === 'string') return value;
    const written = source.writtenAt(path) ?? '';
    // An empty value is an empty list as well; `~` and `null` can only be meant as text in a list of texts.
    if (value === null && (written === '' || typeof path.at(-1) === 'string')) return null;
    return written;
  };
  return read(source.value, [], '');
}

/** In files of this format these are what is not written; in YAML they are true and -1. */
const JSON_EXISTENCE_DEFAULTS = { shouldExist: false, uid: 0, gid: 0 };

/**
 * The values of a JSON file as Go's `encoding/json` gives them to the same fields: names in any case, of the Go fields
 * and not of the documentation (`TTY`, not `allocateTty`), unknown ones passed over, the last of two taken.
 * @see https://pkg.go.dev/encoding/json#Unmarshal
 */
export function jsonValues(value: unknown, schema: z.core.$ZodType): unknown {
  const read = (each: unknown, path: Path): unknown => {
    if (Array.isArray(each)) return each.map((item, index) => read(item, [...path, index]));
    if (!isRecord(each)) return each;
    const names = new Map(keysAt(schema, path).map((key) => [goFieldOf(key), key]));
    const known = Object.entries(each).flatMap(([written, item]) => {
      const key = names.get(written.toLowerCase());
      return key === undefined ? [] : [[key, read(item, [...path, key])] as const];
    });
    const defaults = path[0] === 'fileExistenceTests' ? defaultsAt(schema, path) : {};
    return { ...defaults, ...Object.fromEntries(known.filter(([, item]) => item !== null)) };
  };
  return read(value, []);
}

function defaultsAt(schema: z.core.$ZodType, path: Path): Readonly<Record<string, unknown>> {
  const keys = keysAt(schema, path);
  return Object.fromEntries(
    Object.entries(JSON_EXISTENCE_DEFAULTS).filter(([name]) => keys.includes(name)),
  );
}

function goFieldOf(key: string): string {
  return key === 'allocateTty' ? 'tty' : key.toLowerCase();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Date);
}
