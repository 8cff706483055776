import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { EVENT_VERSION, runEventSchema, type RunEvent } from '../kernel/run-events.ts';
import { HistoryError } from './errors.ts';

/**
 * The events of a log, one by one, in bounded memory. A last line that a `kill -9` tore is left out.
 * @throws {HistoryError} EVENT_VERSION_UNKNOWN, EVENT_LOG_CORRUPT for any other line that is no event,
 * EVENT_LOG_CORRUPT with the system's error as cause when the file cannot be read
 */
export async function* readEvents(path: string): AsyncGenerator<RunEvent, void, undefined> {
  let number = 0;
  for await (const { text, isWhole } of readLines(path)) {
    number += 1;
    const event = parseLine(text, { path, number, isWhole });
    if (event !== undefined) yield event;
  }
}

interface LinePlace {
  readonly path: string;
  readonly number: number;
  /** Whether a line feed ends it. */
  readonly isWhole: boolean;
}

const versionSchema = z.object({ v: z.unknown() });

/** Absent for a torn line. */
export function parseLine(text: string, place: LinePlace): RunEvent | undefined {
  const value = parseJson(text);
  const versioned = versionSchema.safeParse(value);
  if (versioned.success && versioned.data.v !== EVENT_VERSION) {
    throw new HistoryError(
      'EVENT_VERSION_UNKNOWN',
      `${place.path}:${place.number} has events of version ${JSON.stringify(versioned.data.v)}; this seatrial reads version ${EVENT_VERSION}.`,
      { details: { path: place.path, line: place.number, version: versioned.data.v } },
    );
  }
  const event = runEventSchema.safeParse(value);
  if (event.success) return event.data;
  if (!place.isWhole && value === undefined) return undefined;
  throw new HistoryError(
    'EVENT_LOG_CORRUPT',
    `${place.path}:${place.number} is no event: ${JSON.stringify(text.slice(0, 80))}.`,
    { cause: event.error, details: { path: place.path, line: place.number } },
  );
}

interface Line {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Splits at line feeds only: `node:readline` also splits at U+2028, which JSON leaves as it is. */
async function* readLines(path: string): AsyncGenerator<Line, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    const chunks: AsyncIterable<Buffer> = createReadStream(path);
    for await (const chunk of chunks) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) yield { text, isWhole: true };
    }
  } catch (error) {
    if (error instanceof HistoryError) throw error;
    throw new HistoryError('EVENT_LOG_CORRUPT', `${path} cannot be read.`, { cause: error });
  }
  rest += decoder.end();
  // After a power cut a file system may have left zeros where the last bytes belonged.
  if (rest.replaceAll('\0', '') !== '') yield { text: rest, isWhole: false };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
