import { request, type IncomingMessage } from 'node:http';
import { messageOf, systemCodeOf } from '../kernel/errors.ts';
import type { Address } from './route.ts';

export interface HttpRequest {
  readonly address: Address;
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What came back, or why nothing did. */
export type HttpResult = HttpAnswer | HttpFailure;

export interface HttpAnswer {
  readonly state: 'answered';
  readonly status: number;
  /** Names in lower case; several values are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first MiB. */
  readonly body: string;
  readonly isTruncated: boolean;
}

export interface HttpFailure {
  readonly state: 'failed';
  /** `refused`: nothing listens. `reset`: closed in the middle. `malformed`: what answers is no HTTP. */
  readonly reason: 'refused' | 'reset' | 'timeout' | 'unreachable' | 'malformed' | 'cancelled';
  readonly message: string;
}

const MAX_BODY_BYTES = 1024 ** 2;

/** Sends one request over a connection of its own. Never throws: each way to fail is a value. */
export async function sendHttp(options: HttpRequest): Promise<HttpResult> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal =
    options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  try {
    const answer = await open(options, signal);
    return await read(answer);
  } catch (error) {
    return failureOf(error, {
      isLate: deadline.aborted,
      isCancelled: options.signal?.aborted ?? false,
      timeoutMs: options.timeoutMs,
    });
  }
}

async function open(options: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { address, method, path, headers, body } = options;
  return await new Promise((resolve, reject) => {
    const sent = request({
      host: address.host,
      port: address.port,
      method,
      path,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      agent: false,
      signal,
    });
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.end(body);
  });
}

async function read(answer: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let leftBytes = MAX_BODY_BYTES;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, leftBytes));
    leftBytes -= chunk.length;
    if (leftBytes < 0) break;
  }
  return {
    state: 'answered',
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(answer.headersDistinct).map(([name, values = []]) => [
        name,
        values.join(', '),
      ]),
    ),
    body: Buffer.concat(chunks).toString('utf8'),
    isTruncated: leftBytes < 0,
  };
}

const REASONS: Readonly<Record<string, HttpFailure['reason']>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
};

interface Circumstances {
  readonly isLate: boolean;
  readonly isCancelled: boolean;
  readonly timeoutMs: number;
}

function failureOf(error: unknown, at: Circumstances): HttpFailure {
  if (at.isCancelled) return { state: 'failed', reason: 'cancelled', message: 'was cancelled' };
  if (at.isLate) {
    const message = `no answer within ${String(at.timeoutMs)} ms`;
    return { state: 'failed', reason: 'timeout', message };
  }
  const code = systemCodeOf(error) ?? '';
  const reason = REASONS[code] ?? (code.startsWith('HPE_') ? 'malformed' : 'unreachable');
  return { state: 'failed', reason, message: messageOf(error) };
}
