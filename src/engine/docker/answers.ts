import type { z } from 'zod';
import { EngineError } from '../errors.ts';
import { refusalStatusOf } from './failures.ts';

/**
 * Reads an answer by its schema.
 * @throws {EngineError} ENGINE_FAILED when it is not of the engine's protocol.
 */
export function readAnswer<Schema extends z.ZodType>(
  schema: Schema,
  answer: unknown,
  request: string,
): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new EngineError(
    'ENGINE_FAILED',
    `The engine answered ${request} in a form that is not understood: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}`,
    { cause: parsed.error },
  );
}

/** Turns "no such object" into an absent value. */
export async function absentWhenMissing<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (refusalStatusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Waits for an answer that may also be "it is so already". */
export async function unlessStatus(
  answer: Promise<unknown>,
  statuses: readonly number[],
): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!statuses.includes(refusalStatusOf(error) ?? 0)) throw error;
  }
}

/** For a path of the API: ids and names come from outside. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

/** The JSON value of the `filters` parameter. */
export function labelFilter(labels: readonly string[]): { readonly filters: string } {
  return { filters: JSON.stringify({ label: labels }) };
}
