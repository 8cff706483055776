import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../kernel/errors.ts';
import type { Dial } from '../engine-dial.ts';
import { renderHead } from '../message-head.ts';
import { ApiRefusal, PolicyRefusal } from './api-refusal.ts';
import { redactedQuery, type CallRecord } from './call-record.ts';
import { findEndpoint } from './endpoints.ts';
import type { CallNotes, Exchange } from './exchange.ts';
import { hijackTarget } from './hijack-target.ts';
import { hijack } from './hijack.ts';
import { presentText } from './presentation.ts';
import { readPath, type RequestPath } from './request-path.ts';
import type { Session } from './session.ts';

export interface FrontOptions {
  readonly session: Session;
  readonly dial: Dial;
  readonly record: (call: CallRecord) => void;
}

/** The server of a session. */
export interface Front {
  readonly server: Server;
  /** Ends all connections, and waits for what is under way. */
  close(): Promise<void>;
}

const MAX_HEADER_BYTES = 1024 ** 2;

/**
 * Node's own server reads the requests: keep-alive, `Expect`, pipelining and HEAD are right in it. Where a client asks for
 * a stream it hands the bare socket over, and bytes pass as they are.
 */
export function createFront(options: FrontOptions): Front {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
    requireHostHeader: false,
    // Go's clients keep idle connections, and take an end of ours in the middle of a request for a failure.
    keepAliveTimeout: 0,
    headersTimeout: 0,
    requestTimeout: 0,
  });
  server.timeout = 0;
  const sockets = new Set<Socket>();
  const underWay = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    track(serve(request, response, options));
  });
  server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    if (client instanceof Socket) track(serveStream({ request, client, head }, options));
  });
  return {
    server,
    close: async () => {
      const isClosed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await isClosed;
      await Promise.all(underWay);
    },
  };
}

interface Started {
  readonly startedAt: string;
  readonly startedMs: number;
}

function start(): Started {
  return { startedAt: new Date().toISOString(), startedMs: performance.now() };
}

/** Answers one call, whatever becomes of it. Never rejects. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { session, record }: FrontOptions,
): Promise<void> {
  const started = start();
  const method = request.method ?? 'GET';
  const path = readPath(request.url ?? '/');
  const notes: CallNotes = {};
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    refuseForms(request, session);
    const found = path === undefined ? undefined : findEndpoint(method, path.path);
    if (path === undefined || found === undefined) throw new ApiRefusal(404, 'page not found');
    const { query, version } = path;
    const { ref, handle } = found;
    const exchange: Exchange = {
      session,
      method,
      version,
      ref,
      query,
      request,
      response,
      notes,
      signal: gone.signal,
      startedMs: started.startedMs,
    };
    await handle(exchange);
  } catch (error) {
    if (error instanceof PolicyRefusal) notes.deniedBy = error.rule;
    refuse(response, error, session);
  }
  const isAborted = gone.signal.aborted;
  record({
    kind: 'api',
    ...aboutCall(method, path, started),
    container: notes.container,
    status: response.headersSent ? response.statusCode : undefined,
    engineMs: notes.engineMs,
    deniedBy: notes.deniedBy,
    ...(isAborted ? { isAborted } : {}),
  });
}

function aboutCall(
  method: string,
  path: RequestPath | undefined,
  { startedAt, startedMs }: Started,
): Pick<CallRecord, 'startedAt' | 'method' | 'path' | 'query' | 'durationMs'> {
  return {
    startedAt,
    method,
    path: path?.path ?? '',
    query: path === undefined ? '' : redactedQuery(path.query),
    durationMs: performance.now() - startedMs,
  };
}

/** The engine reads a form in a body as it reads the query, and lets it win: what was judged would not be what is done. */
function refuseForms({ headers }: IncomingMessage, { policy }: Session): void {
  if (/x-www-form-urlencoded|multipart\//iu.test(headers['content-type'] ?? '')) {
    policy.deny('form', 'a form as the body of a request');
  }
}

function refuse(response: ServerResponse, error: unknown, session: Session): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const status = error instanceof ApiRefusal ? error.status : 500;
  const body = `${JSON.stringify({ message: presentText(messageOf(error), session) })}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
  // What is left of the request must not be taken for the next one.
  response.req.resume();
}

/** Answers a call that asks for a stream. Never rejects. */
async function serveStream(
  call: { readonly request: IncomingMessage; readonly client: Socket; readonly head: Buffer },
  { session, dial, record }: FrontOptions,
): Promise<void> {
  const { request, client, head } = call;
  const started = start();
  const method = request.method ?? 'POST';
  const path = readPath(request.url ?? '/');
  const notes: CallNotes = {};
  const about = (): Pick<CallRecord, 'startedAt' | 'method' | 'path' | 'query' | 'durationMs'> =>
    aboutCall(method, path, started);
  try {
    refuseForms(request, session);
    const target = path === undefined ? undefined : hijackTarget(method, path, { session, notes });
    if (path === undefined || target === undefined) throw new ApiRefusal(404, 'page not found');
    const query = path.query.toString();
    const whole = `${path.version}${target}${query === '' ? '' : `?${query}`}`;
    const end = await hijack({ client, head, request, path: whole, dial });
    record({ kind: 'hijack', ...about(), container: notes.container, ...end });
  } catch (error) {
    const status = error instanceof ApiRefusal ? error.status : 500;
    if (error instanceof PolicyRefusal) notes.deniedBy = error.rule;
    endWith(client, status, presentText(messageOf(error), session));
    record({
      kind: 'hijack',
      ...about(),
      container: notes.container,
      status,
      deniedBy: notes.deniedBy,
    });
  }
}

function endWith(client: Socket, status: number, message: string): void {
  const body = `${JSON.stringify({ message })}\n`;
  const head = renderHead({
    startLine: `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? 'Error'}`,
    headers: [
      ['Content-Type', 'application/json'],
      ['Content-Length', String(Buffer.byteLength(body))],
      ['Connection', 'close'],
    ],
  });
  client.on('error', () => undefined);
  client.end(Buffer.concat([head, Buffer.from(body)]));
  client.resume();
}
