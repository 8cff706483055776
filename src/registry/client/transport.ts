import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { RegistryError } from '../errors.ts';
import { toAnswer, type Answer } from './answer.ts';
import { BrokenConnection } from './broken-connection.ts';
import type { Dispatchers } from './dispatchers.ts';

import type { Operation } from './operation.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody | undefined;
  /** Over a new connection. @default false */
  readonly isFresh?: boolean | undefined;
  /** Until the first byte of the answer. @default the idle limit */
  readonly answerMs?: number | undefined;
}

export interface RequestBody {
  readonly lengthBytes: number;
  /** Called again when the request must be sent again. */
  open(): Uint8Array | AsyncIterable<Uint8Array>;
}

/** Sends one request and follows nothing. */
export interface Transport {
  /** @throws {BrokenConnection} when there is no answer; a `RegistryError` when the operation was interrupted. */
  send(operation: Operation, request: HttpRequest): Promise<Answer>;
}

export function createTransport(dispatchers: Dispatchers): Transport {
  return {
    send: async (operation, { method, url, headers, body, isFresh = false, answerMs }) => {
      const content = body?.open();
      try {
        const response = await orAborted(
          operation.signal,
          dispatchers.pick(url, isFresh).request({
            method,
            origin: url.origin,
            path: `${url.pathname}${url.search}`,
            headers: {
              'user-agent': 'seatrial',
              ...(body === undefined ? {} : { 'content-length': String(body.lengthBytes) }),
              ...headers,
            },
            signal: operation.signal,
            ...(content === undefined ? {} : { body: toBody(content) }),
            ...(answerMs === undefined ? {} : { headersTimeout: answerMs }),
          }),
        );
        return toAnswer(response, url);
      } catch (error) {
        // A source that cannot be read speaks for itself.
        if (error instanceof RegistryError) throw error;
        throw operation.interruption() ?? new BrokenConnection(error);
      }
    },
  };
}

/** undici looks at the signal only once it is connected; a deadline cannot wait for that. */
async function orAborted(
  signal: AbortSignal,
  responding: Promise<Dispatcher.ResponseData>,
): Promise<Dispatcher.ResponseData> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(new Error('aborted', { cause: signal.reason }));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([responding, promise]);
  } catch (error) {
    // Should it answer after all, nobody is there to read it.
    responding.then(({ body }) => body.destroy()).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** undici's types know no iterables; it takes streams, and these keep its backpressure. */
function toBody(content: Uint8Array | AsyncIterable<Uint8Array>): Uint8Array | Readable {
  return content instanceof Uint8Array
    ? content
    : Readable.from(content, { objectMode: false, highWaterMark: 256 * 1024 });
}
