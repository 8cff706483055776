import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogOptions } from '../contract.ts';
import { EngineError } from '../errors.ts';
import { segment } from './answers.ts';
import { createFrameParser } from './frames.ts';
import type { EngineLine } from './request.ts';

export async function readLogs(
  line: EngineLine,
  id: string,
  options: LogOptions = {},
): Promise<string> {
  const { tail = 'all', source, mostChars = Number.POSITIVE_INFINITY } = options;
  let text = '';
  for await (const piece of readPieces(line, { id, query: { tail, ...onlyOf(source) } })) {
    text += piece;
    if (text.length >= mostChars) return text.slice(0, mostChars);
  }
  return text;
}

function onlyOf(source: LogOptions['source']): Readonly<Record<string, number>> {
  return source === undefined ? {} : { [source === 'stdout' ? 'stderr' : 'stdout']: 0 };
}

/** How often a stream that breaks is taken up again without a new line in between. */
const MOST_BREAKS = 5;
const PAUSE_MS = 100;

/** A stream that breaks is taken up where it broke: what was heard before is passed over. */
export async function followLogs(
  line: EngineLine,
  id: string,
  follow: { readonly onText: (text: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  let heardLength = 0;
  for (let breaks = 0; ;) {
    let passedLength = 0;
    try {
      const request = { id, query: { follow: 1 }, signal: follow.signal };
      for await (const text of readPieces(line, request)) {
        const known = Math.max(0, Math.min(text.length, heardLength - passedLength));
        passedLength += text.length;
        if (known === text.length) continue;
        breaks = 0;
        heardLength += text.length - known;
        follow.onText(text.slice(known));
      }
      return;
    } catch (error) {
      // To be told to stop is the usual end of following.
      if (follow.signal.aborted) return;
      breaks += 1;
      if (!isBroken(error) || breaks > MOST_BREAKS) throw error;
    }
    await delay(PAUSE_MS * breaks);
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'ENGINE_GONE';
}

interface LogRequest {
  readonly id: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

async function* readPieces(line: EngineLine, request: LogRequest): AsyncGenerator<string> {
  const answer = await line.stream({
    method: 'GET',
    path: `/containers/${segment(request.id)}/logs`,
    query: { stdout: 1, stderr: 1, ...request.query },
    signal: request.signal,
  });
  const parse = createFrameParser();
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    for (const { source, bytes } of parse(chunk)) {
      const text = decoders[source].write(bytes);
      if (text !== '') yield text;
    }
  }
}
