import { z } from 'zod';
import { parseDurationMs, parseSizeBytes } from '../../config/quantities.ts';
import { splitWords } from './split-words.ts';

/** Shapes of values that many keys of a Compose file share. Numbers have become text before they come here. */

export const text = z.string();
export const filled = z.string().min(1);

export const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .transform((value) => value === true || value === 'true');

export const count = z
  .string()
  .regex(/^\d+$/u, 'must be a whole number')
  .transform((value) => Number(value));

export const duration = z.string().transform((value, context) => {
  const ms = parseDurationMs(value);
  return ms ?? refuse(context, 'must be a duration such as `10s` or `1m30s`');
});

export const size = z.string().transform((value, context) => {
  const bytes = parseSizeBytes(value);
  return bytes ?? refuse(context, 'must be a size such as `64m`');
});

export const oneOrMany = z
  .union([filled, z.array(filled)])
  .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value));

/** A command: its words, or one text that is split as a shell does. `null` is none. */
export const command = z
  .union([z.array(z.union([text, z.boolean()]).transform(String)), text, z.null()])
  .transform((value, context): readonly string[] | undefined => {
    if (value === null) return undefined;
    if (typeof value !== 'string') return value;
    return splitWords(value) ?? refuse(context, 'has a quote, or a backslash, without its end');
  });

/** `NAME: value` or `- NAME=value`; `null` for a name without value, which the environment has to give. */
export const mapping = z
  .union([
    z.record(z.string(), z.union([text, z.boolean(), z.null()])),
    z.array(filled).transform((lines) => Object.fromEntries(lines.map(nameAndValue))),
  ])
  .transform((values): Readonly<Record<string, string | null>> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, value === null ? null : String(value)]),
    ),
  );

function nameAndValue(line: string): readonly [string, string | null] {
  const at = line.indexOf('=');
  return at === -1 ? [line, null] : [line.slice(0, at), line.slice(at + 1)];
}

/** Adds a problem; what the shape is then does not matter. */
export function refuse(
  context: z.core.$RefinementCtx,
  message: string,
  suggestion?: string,
): typeof z.NEVER {
  context.addIssue({
    code: 'custom',
    message,
    ...(suggestion === undefined ? {} : { params: { suggestion } }),
  });
  return z.NEVER;
}
