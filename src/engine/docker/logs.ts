import { StringDecoder } from 'node:string_decoder';
import type { LogOptions } from '../contract.ts';
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

export async function followLogs(
  line: EngineLine,
  id: string,
  follow: { readonly onText: (text: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  try {
    const request = { id, query: { follow: 1 }, signal: follow.signal };
    await readInto(line, request, follow.onText);
  } catch (error) {
    // To be told to stop is the usual end of following.
    if (!follow.signal.aborted) throw error;
  }
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
