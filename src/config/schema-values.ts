import { z } from 'zod';
import { parseDurationMs, parseSizeBytes } from './quantities.ts';

/** Values that stand in more than one place of the configuration. */

/** Name of an environment variable or build argument. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u;
const durations = { parse: parseDurationMs, what: 'a duration such as `500ms`, `10s` or `1m30s`' };
const sizes = { parse: parseSizeBytes, what: 'a size such as `512m` or `2g`' };

/** In milliseconds. */
export const duration = z
  .union([z.string(), z.number()])
  .transform((value, context) => quantity(value, context, durations))
  .describe('A duration: `500ms`, `10s`, `1m30s`; a bare number is seconds.');

/** In bytes. */
export const size = z
  .union([z.string(), z.number()])
  .transform((value, context) => quantity(value, context, sizes))
  .describe('A size: `512m`, `2g`; a bare number is bytes.');

/** One text counts as a list of one. */
export const oneOrMany = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((value) => (typeof value === 'string' ? [value] : value));

export const port = z.int().min(1).max(65_535);

/** Numbers and booleans become text. */
export const environment = z.record(
  z.string().regex(VARIABLE_NAME, 'is no valid name of an environment variable'),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);

export const containerPath = z
  .string()
  .startsWith('/', 'must be an absolute path in the container');

function quantity(
  value: string | number,
  context: z.core.$RefinementCtx,
  kind: { readonly parse: (value: string | number) => number | undefined; readonly what: string },
): number {
  const parsed = kind.parse(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({
    code: 'custom',
    message: `must be ${kind.what}, but is ${JSON.stringify(value)}`,
  });
  return z.NEVER;
}
