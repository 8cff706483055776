import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCodeOf } from '../../kernel/errors.ts';
import type { Call, Registry } from './call.ts';
import { alterReply, replyInstead } from './fault-replies.ts';
import type { FaultAction } from './faults.ts';
import type { HandlerOptions } from './handler-options.ts';
import { errorReply, RefusedRequest, type Reply } from './reply.ts';
import { routeOf, type Route } from './routes.ts';

/** The registry as a request listener of `node:http`. */
export function createRegistryHandler(
  registry: Registry,
  options: HandlerOptions = {},
): RequestListener {
  return (request, response) => {
    // The client is gone when this fails: there is nobody left to tell.
    serve(registry, { request, response, options }).catch(() => response.destroy());
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly options: HandlerOptions;
}

async function serve(registry: Registry, exchange: Exchange): Promise<void> {
  const { request, options } = exchange;
  const url = new URL(request.url ?? '/', 'http://registry.invalid');
  const method = request.method ?? 'GET';
  const found = findRoute(method, url.pathname);
  const fault = found.route && options.faults?.take(found.route.endpoint);
  if (fault?.kind === 'hang') return;
  const reply =
    found.route === undefined
      ? found.reply
      : await answer(registry, found.route, { exchange, url, fault });
  options.onRequest?.({
    method,
    path: request.url ?? '/',
    status: reply.status,
    headers: flat(request),
  });
  await send(exchange, reply, fault);
}

async function answer(registry: Registry, route: Route, context: WorkContext): Promise<Reply> {
  const { fault } = context;
  if (fault === undefined) return await work(registry, route, context);
  return await alterReply(replyInstead(fault) ?? (await work(registry, route, context)), fault);
}

interface WorkContext {
  readonly exchange: Exchange;
  readonly url: URL;
  readonly fault: FaultAction | undefined;
}

type Found =
  | { readonly route: Route; readonly reply?: undefined }
  | { readonly route?: undefined; readonly reply: Reply };

function findRoute(method: string, path: string): Found {
  try {
    return { route: routeOf(method, path) };
  } catch (error) {
    if (error instanceof RefusedRequest) return { reply: errorReply(error) };
    throw error;
  }
}

async function work(registry: Registry, route: Route, context: WorkContext): Promise<Reply> {
  const { request } = context.exchange;
  const call: Call = {
    method: request.method ?? 'GET',
    name: route.name,
    target: route.target,
    query: context.url.searchParams,
    headers: flat(request),
    body: bodyOf(request, context.fault),
    ...(context.fault?.kind === 'storeNothing' ? { lie: { digest: context.fault.digest } } : {}),
  };
  try {
    return await route.run(registry, call);
  } catch (error) {
    if (error instanceof RefusedRequest) return errorReply(error);
    if (request.errored || request.destroyed) throw error;
    const isFull = systemCodeOf(error) === 'ENOSPC' || systemCodeOf(error) === 'EDQUOT';
    return errorReply({
      status: isFull ? 507 : 500,
      wireCode: 'UNKNOWN',
      message: isFull ? 'the disk is full' : `cannot do it: ${systemCodeOf(error) ?? 'unknown'}`,
    });
  }
}

function flat(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}

async function* bodyOf(
  request: IncomingMessage,
  fault: FaultAction | undefined,
): AsyncGenerator<Uint8Array> {
  let left = fault?.kind === 'reset' ? fault.afterBytes : Number.POSITIVE_INFINITY;
  if (left === 0) request.socket.resetAndDestroy();
  // Whoever stops reading still has to answer: the request must not take the connection with it.
  const pieces: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const piece of pieces) {
    if (piece.length >= left) {
      yield piece.subarray(0, left);
      request.socket.resetAndDestroy();
      return;
    }
    left -= piece.length;
    yield piece;
  }
}

async function send(
  exchange: Exchange,
  reply: Reply,
  fault: FaultAction | undefined,
): Promise<void> {
  const { request, response } = exchange;
  if (response.destroyed) return;
  await settleRequest(exchange, fault);
  response.writeHead(reply.status, reply.headers);
  if (request.method === 'HEAD' || reply.body === undefined) {
    if (fault?.kind === 'reset') request.socket.resetAndDestroy();
    else response.end();
    return;
  }
  const body: Iterable<Uint8Array> | Readable =
    reply.body instanceof Uint8Array ? [reply.body] : reply.body;
  if (fault?.kind === 'reset' || fault?.kind === 'drip') {
    await sendBadly(exchange, body, fault);
  } else {
    await pipeline(body, response);
  }
}

/** What the client goes on to send is not read: the connection cannot be used again. */
async function settleRequest(
  { request, response }: Exchange,
  fault: FaultAction | undefined,
): Promise<void> {
  if (!request.complete && fault?.kind !== 'reset') await drain(request);
  if (!request.complete) response.setHeader('Connection', 'close');
}

/** A chunk of the usual size. */
const DRAIN_BYTES = 16 * 1024 ** 2;
const DRAIN_MS = 2000;

/** A client that is cut off while it sends never sees the answer: what it has begun is read first. */
async function drain(request: IncomingMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, DRAIN_MS);
  let leftBytes = DRAIN_BYTES;
  request.on('data', (piece: Buffer) => {
    leftBytes -= piece.length;
    if (leftBytes < 0) resolve();
  });
  for (const event of ['end', 'close', 'error'] as const) request.once(event, () => resolve());
  await promise;
  clearTimeout(timer);
  request.removeAllListeners('data').pause();
}

async function sendBadly(
  { request, response }: Exchange,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  fault: Extract<FaultAction, { kind: 'reset' | 'drip' }>,
): Promise<void> {
  let left = fault.kind === 'reset' ? fault.afterBytes : Number.POSITIVE_INFINITY;
  for await (const piece of body) {
    for (const byte of fault.kind === 'drip' ? splitBytes(piece) : [piece.subarray(0, left)]) {
      if (response.destroyed) return;
      response.write(byte);
      if (fault.kind === 'drip') await delay(fault.everyMs);
    }
    left -= piece.length;
    if (left <= 0) break;
  }
  if (fault.kind === 'drip') response.end();
  // A clean end, so that what was written arrives before the connection goes.
  else request.socket.destroySoon();
}

function splitBytes(piece: Uint8Array): readonly Uint8Array[] {
  return Array.from(piece, (byte) => Uint8Array.of(byte));
}
