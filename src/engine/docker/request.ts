import { IncomingMessage, type IncomingHttpHeaders } from 'node:http';
import { Duplex, PassThrough, type Readable } from 'node:stream';
import { inspect } from 'node:util';
import type { Secret } from '../../kernel/secret.ts';
import type { DialTarget } from '../endpoint.ts';
import { EngineError } from '../errors.ts';
import { deadlineError, toEngineError, type FailedCall } from './failures.ts';
import type { Modem } from './transport.ts';

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Without version prefix and query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** A tar. */
  readonly upload?: Readable | Buffer | undefined;
  /** Content of the header `X-Registry-Auth`. */
  readonly registryAuth?: Secret | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For the whole answer of `json`, for its head otherwise; `none` where waiting is the purpose. @default the line's */
  readonly deadlineMs?: number | 'none' | undefined;
}

/** One way to the engine: every call has a deadline or a signal, and fails as an `EngineError`. */
export interface EngineLine {
  readonly target: DialTarget;
  /** Reads the whole answer. Absent when it is empty. */
  json(request: EngineRequest): Promise<unknown>;
  /** For HEAD: an answer without a body. */
  head(request: EngineRequest): Promise<IncomingHttpHeaders>;
  /** Resolves with the body once the head of the answer is there. */
  stream(request: EngineRequest): Promise<Readable>;
  /** Takes the connection over as a raw byte stream. */
  hijack(request: EngineRequest): Promise<Duplex>;
}

export interface LineOptions {
  readonly target: DialTarget;
  /** `/v1.41`; empty before the handshake. */
  readonly prefix: string;
  readonly deadlineMs: number;
}

const GOOD_STATUS = { 200: true, 201: true, 202: true, 204: true, 304: true } as const;
const MAX_JSON_BYTES = 64 * 1024 ** 2;

export function createLine(modem: Modem, options: LineOptions): EngineLine {
  const context = { modem, options };
  return Object.freeze({
    target: options.target,
    json: (request: EngineRequest) => readJson(context, request),
    head: (request: EngineRequest) => readHead(context, request),
    stream: (request: EngineRequest) => openStream(context, request),
    hijack: (request: EngineRequest) => takeOver(context, request),
  });
}

interface LineContext {
  readonly modem: Modem;
  readonly options: LineOptions;
}

async function readJson(context: LineContext, request: EngineRequest): Promise<unknown> {
  const call = callOf(context, request);
  const limit = startLimit(context, request);
  try {
    const body = asBody(await dial(context, request, limit.signal));
    limit.attach(body);
    const text = await collect(body);
    return text === '' ? undefined : parseJson(text, call);
  } catch (error) {
    throw limit.explain(error, call);
  } finally {
    limit.release();
  }
}

async function readHead(
  context: LineContext,
  request: EngineRequest,
): Promise<IncomingHttpHeaders> {
  const call = callOf(context, request);
  const limit = startLimit(context, request);
  try {
    const body = asBody(await dial(context, request, limit.signal));
    body.resume();
    return body.headers;
  } catch (error) {
    throw limit.explain(error, call);
  } finally {
    limit.release();
  }
}

async function openStream(context: LineContext, request: EngineRequest): Promise<Readable> {
  const call = callOf(context, request);
  const limit = startLimit(context, request);
  try {
    const body = asBody(await dial(context, request, limit.signal));
    limit.stopClock();
    limit.attach(body);
    return translated(body, { call, limit });
  } catch (error) {
    limit.release();
    throw limit.explain(error, call);
  }
}

async function takeOver(context: LineContext, request: EngineRequest): Promise<Duplex> {
  const call = callOf(context, request);
  const limit = startLimit(context, request);
  try {
    const socket = await dial(context, { ...request, isHijack: true }, limit.signal);
    if (socket instanceof Duplex) return socket;
    throw new EngineError('ENGINE_FAILED', `The engine gave no byte stream for ${call.request}`);
  } catch (error) {
    throw limit.explain(error, call);
  } finally {
    limit.release();
  }
}

function callOf({ options }: LineContext, request: EngineRequest): FailedCall {
  return { target: options.target, request: `${request.method} ${request.path}` };
}

async function dial(
  { modem, options }: LineContext,
  request: EngineRequest & { readonly isHijack?: boolean },
  signal: AbortSignal,
): Promise<unknown> {
  signal.throwIfAborted();
  const hasQuery = request.query !== undefined;
  return await new Promise((resolve, reject) => {
    modem.dial(
      {
        path: `${options.prefix}${request.path}${hasQuery ? '?' : ''}`,
        method: request.method,
        // docker-modem would put the body into the query as well without these two names.
        options: { _query: request.query ?? {}, _body: request.body ?? {} },
        ...(request.upload === undefined ? {} : { file: request.upload }),
        ...(request.registryAuth === undefined
          ? {}
          : { headers: authHeaders(request.registryAuth) }),
        isStream: true,
        hijack: request.isHijack ?? false,
        statusCodes: GOOD_STATUS,
        abortSignal: signal,
      },
      (error, result) => {
        if (error === null || error === undefined) resolve(result);
        else reject(error);
      },
    );
  });
}

/** docker-modem prints every request with its headers when somebody sets `DEBUG`. */
function authHeaders(auth: Secret): Record<string, string> {
  const headers = { 'X-Registry-Auth': auth.reveal() };
  return Object.defineProperty(headers, inspect.custom, { value: () => '[headers]' });
}

function asBody(answer: unknown): IncomingMessage {
  if (answer instanceof IncomingMessage) return answer;
  throw new EngineError('ENGINE_FAILED', 'The engine client returned no answer');
}

async function collect(body: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_JSON_BYTES) {
      throw new EngineError('ENGINE_FAILED', 'The engine answered with more than 64 MiB of JSON');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string, call: FailedCall): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new EngineError('ENGINE_FAILED', `The engine answered ${call.request} with no JSON`, {
      cause: error,
      details: { answer: text.slice(0, 200) },
    });
  }
}

/** The same bytes; a connection that dies shows as an `EngineError`, and dropping it ends the call. */
function translated(
  body: IncomingMessage,
  { call, limit }: { readonly call: FailedCall; readonly limit: Limit },
): Readable {
  const out = new PassThrough();
  body.once('error', (error) => out.destroy(limit.explain(error, call)));
  out.once('close', () => {
    limit.release();
    if (!body.complete) body.destroy();
  });
  body.pipe(out);
  return out;
}

interface Limit {
  readonly signal: AbortSignal;
  /** Ends the body of the answer too when the time is up. */
  attach(body: IncomingMessage): void;
  stopClock(): void;
  release(): void;
  /** What to throw: the caller's own reason, the deadline, or what the connection said. */
  explain(thrown: unknown, call: FailedCall): Error;
}

/** The caller's signal and the deadline, as one signal. */
function startLimit({ options }: LineContext, request: EngineRequest): Limit {
  const controller = new AbortController();
  const outer = request.signal;
  const deadlineMs = request.deadlineMs ?? options.deadlineMs;
  let isLate = false;
  const timer =
    deadlineMs === 'none'
      ? undefined
      : setTimeout(() => {
          isLate = true;
          controller.abort();
        }, deadlineMs);
  const onAbort = (): void => controller.abort();
  outer?.addEventListener('abort', onAbort, { once: true });
  if (outer?.aborted) onAbort();
  return {
    signal: controller.signal,
    attach: (body) => {
      const end = (): void => void body.destroy(new Error('aborted'));
      controller.signal.addEventListener('abort', end, { once: true });
      if (controller.signal.aborted) end();
    },
    stopClock: () => clearTimeout(timer),
    release: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
    },
    explain: (thrown, call) => {
      if (outer?.aborted) return reasonOf(outer);
      return isLate ? deadlineError(Number(deadlineMs), call) : toEngineError(thrown, call);
    },
  };
}

/** The reason a signal was aborted with, as something to throw. */
export function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error(String(reason));
}
