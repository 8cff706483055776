import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineConfig } from './define-config.ts';
import { keysAt, placesOfKey } from './schema-keys.ts';
import { configSchema } from './schema.ts';

/** Paths of the keys that no editor could explain. */
function undescribed(schema: z.core.JSONSchema._JSONSchema, path: string): readonly string[] {
  if (typeof schema === 'boolean') return [];
  const keys = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => [
    ...(typeof child === 'object' && child.description === undefined ? [`${path}.${key}`] : []),
    ...undescribed(child, `${path}.${key}`),
  ]);
  const { additionalProperties: values = true, items = [], anyOf = [] } = schema;
  return [
    ...keys,
    ...anyOf.flatMap((each) => undescribed(each, path)),
    ...[items].flat().flatMap((each) => undescribed(each, `${path}[]`)),
    ...undescribed(values, `${path}.*`),
  ];
}

test('every key has a description for editors and the reference', () => {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });

  expect(undescribed(schema, '')).toEqual([]);
});

test('the keys allowed at a path are those of all alternatives there', () => {
  expect(keysAt(configSchema, [])).toContain('images');
  expect(keysAt(configSchema, ['images', 'any', 'run', 'mounts', 3])).toEqual([
    'tmpfs',
    'bind',
    'target',
    'read_only',
  ]);
  expect(keysAt(configSchema, ['images', 'any', 'ship', 'tags', 0, 'when'])).toEqual([
    'branch',
    'tag',
  ]);
  expect(keysAt(configSchema, ['images'])).toEqual([]);
  expect(keysAt(configSchema, ['no', 'such', 'path'])).toEqual([]);
});

test('the places of a key are listed nearest first', () => {
  expect(placesOfKey(configSchema, 'images')).toEqual([]);
  expect(
    placesOfKey(z.object({ a: z.object({ b: z.object({ x: z.string() }), x: z.string() }) }), 'x'),
  ).toEqual(['a', 'a.b']);
});

test('defineConfig gives back what it gets', () => {
  const input = { images: { app: { ready: { port: 80 } } } };

  expect(defineConfig(input)).toBe(input);
});
