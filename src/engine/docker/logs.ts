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
  let text = '';
  await readInto(line, { id, query: { tail: options.tail ?? 'all' } }, (piece) => {
    text += piece;
  });
  return text;
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
    const onText = (text: string): void => {
      const known = Math.max(0, Math.min(text.length, heardLength - passedLength));
      passedLength += text.length;
      if (known === text.length) return;
      breaks = 0;
      heardLength += text.length - known;
      follow.onText(text.slice(known));
    };
    try {
      const request = { id, query: { follow: 1 }, signal: follow.signal };
      await readInto(line, request, onText);
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

async function readInto(
  line: EngineLine,
  request: LogRequest,
  onText: (text: string) => void,
): Promise<void> {
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
      if (text !== '') onText(text);
    }
  }
}
