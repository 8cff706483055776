import { glob } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const entrySchema = z.object({ exit: z.number(), meaning: z.string(), hint: z.string() });
const tableSchema = z.record(z.string().regex(/^[A-Z][A-Z0-9_]+$/u), entrySchema);

/** What a file exports, by name. */
export const moduleSchema = z.looseObject({});

export interface ErrorCode extends z.infer<typeof entrySchema> {
  readonly code: string;
  /** Folder below src: `engine`, `suites/spec`. */
  readonly room: string;
}

/** Every code of every room's `errors.ts`, by room and in the order of the tables. */
export async function loadErrorCodes(source: string): Promise<readonly ErrorCode[]> {
  const paths = await Array.fromAsync(glob('**/errors.ts', { cwd: source }));
  const rooms = paths.map((path) => dirname(path)).filter((room) => room !== 'kernel');
  const codes = await Promise.all(rooms.toSorted().map((room) => loadRoom(source, room)));
  return codes.flat();
}

async function loadRoom(source: string, room: string): Promise<readonly ErrorCode[]> {
  const module = moduleSchema.parse(await import(join(source, room, 'errors.ts')));
  const tables = Object.values(module)
    .filter((value) => typeof value === 'object')
    .map((value) => tableSchema.parse(value));
  if (tables.length === 0) throw new Error(`${room}/errors.ts exports no table of codes`);
  return tables.flatMap((table) =>
    Object.entries(table).map(([errorCode, entry]) => ({ code: errorCode, room, ...entry })),
  );
}
