import { Agent, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../kernel/errors.ts';
import type { Dial } from '../engine-dial.ts';
import { ApiRefusal } from './api-refusal.ts';
import { parsed } from './json-value.ts';

export interface EngineRequest {
  readonly method: string;
  /** With version and query. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders | readonly string[] | undefined;
  readonly body?: Readable | string | undefined;
  /** Ends the call when its client has gone away. */
  readonly signal?: AbortSignal | undefined;
}

export interface EngineAnswer {
  readonly status: number;
  readonly value: unknown;
  readonly response: IncomingMessage;
}

/** Calls to the real engine, over connections that are kept for the next call. */
export interface EngineCalls {
  /**
   * Rejects when the engine cannot be reached.
   * @returns when the head of the answer is there
   */
  open(request: EngineRequest): Promise<IncomingMessage>;
  /** Reads the whole answer as JSON. */
  ask(request: EngineRequest): Promise<EngineAnswer>;
  /** Ends all connections. */
  close(): void;
}

const MAX_HEADER_BYTES = 1024 ** 2;

export function engineCalls(dial: Dial): EngineCalls {
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = () => dial();
  const open = async (call: EngineRequest): Promise<IncomingMessage> =>
    await new Promise<IncomingMessage>((resolve, reject) => {
      const { method, path, headers, body, signal } = call;
      const outgoing = request({
        agent,
        method,
        path,
        headers: headers ?? { host: 'docker' },
        maxHeaderSize: MAX_HEADER_BYTES,
        ...(signal === undefined ? {} : { signal }),
      });
      outgoing.once('response', resolve);
      outgoing.once('error', (cause) => {
        reject(new ApiRefusal(503, `The engine does not answer: ${messageOf(cause)}`, { cause }));
      });
      if (body === undefined || typeof body === 'string') outgoing.end(body);
      else {
        // Not a pipeline: an engine that answers before it has read everything must not take the client's side down.
        outgoing.flushHeaders();
        body.pipe(outgoing);
        body.once('error', (cause) => {
          reject(
            new ApiRefusal(400, `The body of the request is broken: ${messageOf(cause)}`, {
              cause,
            }),
          );
          outgoing.destroy();
        });
        body.once('close', () => {
          if (!body.readableEnded) outgoing.destroy();
        });
      }
    });
  return {
    open,
    ask: async (call) => {
      const response = await open(call);
      const body = await text(response);
      return { status: response.statusCode ?? 500, value: parsed(body) ?? body, response };
    },
    close: () => agent.destroy(),
  };
}
