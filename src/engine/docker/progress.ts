import type { Readable } from 'node:stream';
import { readAnswer } from './answers.ts';
import { readLines } from './lines.ts';
import { progressSchema } from './wire.ts';

export interface ProgressLine {
  /** As the engine wrote it; text that is no JSON is the value of `stream`. */
  readonly value: unknown;
  /** What went wrong, in the engine's words. */
  readonly failure?: string | undefined;
}

/** The lines that an engine writes while it works. A failure is one of them: the status was sent long before. */
export async function* followProgress(
  answer: Readable,
  request: string,
): AsyncGenerator<ProgressLine> {
  for await (const text of readLines(answer)) {
    const value = parseLine(text);
    const { error, errorDetail } = readAnswer(progressSchema, value, request);
    const failure = errorDetail?.message || error;
    yield failure === '' ? { value } : { value, failure };
  }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Older engines answer a quiet load with plain text.
    return { stream: text };
  }
}
