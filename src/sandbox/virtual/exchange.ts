import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { ApiRefusal } from './api-refusal.ts';
import type { EngineAnswer } from './engine-calls.ts';
import { canonical, isObject, parsed, type JsonObject, type Shape } from './json-value.ts';
import type { OwnContainer } from './own-objects.ts';
import { presentText } from './presentation.ts';
import type { Session } from './session.ts';

/** What the record will say about a call, gathered on the way. */
export interface CallNotes {
  container?: string | undefined;
  engineMs?: number | undefined;
  deniedBy?: string | undefined;
}

/** One call of a client, and what is known of it. */
export interface Exchange {
  readonly session: Session;
  readonly method: string;
  /** `/v1.41`, or nothing. */
  readonly version: string;
  /** What stood in the places of the path, decoded. */
  readonly ref: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborted when the client went away. */
  readonly signal: AbortSignal;
  readonly startedMs: number;
  readonly notes: CallNotes;
}

export type Handler = (exchange: Exchange) => Promise<void>;

/** Headers that belong to a connection, and those that a changed body would make untrue. */
const HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'host',
  'transfer-encoding',
]);
const BODY: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'expect']);
/** A body that is changed is a few kilobytes; whoever sends more gets an answer instead of our memory. */
const MAX_BODY_BYTES = 16 * 1024 ** 2;

/** Changes to a call on its way to the engine; what is absent is passed on as it came. */
export interface Upstream {
  /** Without version and query. Every part of it comes from us, never from the client. */
  readonly path: string;
  readonly method?: string | undefined;
  /** @default the client's */
  readonly query?: URLSearchParams | undefined;
  readonly body?: string | Readable | undefined;
  /** It makes something: it is waited for even when its client went away, so that what it makes is known. */
  readonly isKept?: true | undefined;
}

/** Sends a call to the engine; the head of the answer is there when it returns. */
export async function forward(exchange: Exchange, upstream: Upstream): Promise<IncomingMessage> {
  const { session, request, signal, notes } = exchange;
  const query = (upstream.query ?? exchange.query).toString();
  const hasBody = request.headers['content-length'] !== undefined || isChunked(request);
  const startedMs = performance.now();
  const response = await session.calls.open({
    method: upstream.method ?? exchange.method,
    path: `${exchange.version}${upstream.path}${query === '' ? '' : `?${query}`}`,
    headers: headersFor(request, upstream.body),
    body: upstream.body ?? (hasBody ? request : undefined),
    signal: upstream.isKept ? undefined : signal,
  });
  notes.engineMs = (notes.engineMs ?? 0) + performance.now() - startedMs;
  return response;
}

/** Those of the client, as far as they are true of the body that is sent. */
function headersFor(request: IncomingMessage, body: Upstream['body']): readonly string[] {
  const headers = ['Host', 'docker', ...keptHeaders(request.rawHeaders, body !== undefined)];
  if (body === undefined && isChunked(request)) headers.push('Transfer-Encoding', 'chunked');
  if (typeof body !== 'string') return headers;
  headers.push('Content-Length', String(Buffer.byteLength(body)));
  const hasType = request.headers['content-type'] !== undefined;
  return hasType ? headers : [...headers, 'Content-Type', 'application/json'];
}

/** Passes a call and its answer through as they are. */
export async function passThrough(exchange: Exchange, upstream: Upstream): Promise<void> {
  await stream(exchange, await forward(exchange, upstream));
}

/** Passes an answer on as it comes; its head at once, since clients wait for that alone. */
export async function stream(exchange: Exchange, answer: IncomingMessage): Promise<void> {
  const { response } = exchange;
  if ((answer.statusCode ?? 500) >= 400) return await streamError(exchange, answer);
  sendHead(exchange, answer, false);
  if (exchange.method === 'HEAD') {
    answer.resume();
    response.end();
    return;
  }
  await pipeline(answer, response);
}

/** Errors name objects as the engine knows them. */
async function streamError(exchange: Exchange, answer: IncomingMessage): Promise<void> {
  if (exchange.method === 'HEAD') {
    sendHead(exchange, answer, false);
    answer.resume();
    exchange.response.end();
    return;
  }
  const body = presentText(await text(answer), exchange.session);
  sendHead(exchange, answer, true);
  exchange.response.end(body);
}

export function sendHead(exchange: Exchange, answer: IncomingMessage, isChanged: boolean): void {
  const { response } = exchange;
  const headers = keptHeaders(answer.rawHeaders, isChanged);
  const status = answer.statusCode ?? 500;
  response.writeHead(status, answer.statusMessage, headers);
  response.flushHeaders();
}

/** Sends a call and reads its answer, which is to be changed. */
export async function ask(exchange: Exchange, upstream: Upstream): Promise<EngineAnswer> {
  const response = await forward(exchange, upstream);
  const body = await text(response);
  return { status: response.statusCode ?? 500, value: parsed(body) ?? body, response };
}

/** Answers with the engine's head and a value of ours, in the script's words. */
export function answerChanged(exchange: Exchange, answer: EngineAnswer, value: unknown): void {
  if (answer.status === 204 || answer.status === 304) {
    sendHead(exchange, answer.response, true);
    exchange.response.end();
    return;
  }
  // The engine ends each JSON value with a line feed.
  const body = presentText(
    typeof value === 'string' ? value : `${JSON.stringify(value)}\n`,
    exchange.session,
  );
  const headers = keptHeaders(answer.response.rawHeaders, true);
  headers.push('Content-Length', String(Buffer.byteLength(body)));
  exchange.response.writeHead(answer.status, headers);
  exchange.response.end(exchange.method === 'HEAD' ? undefined : body);
}

/** An answer that the engine was not asked for. */
export function answer({ response, method }: Exchange, status: number, value?: unknown): void {
  const body = value === undefined ? '' : `${JSON.stringify(value)}\n`;
  response.writeHead(status, {
    ...(value === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

/**
 * The body of a request, with the names of the shape as the shape writes them.
 * @throws {ApiRefusal} 400 when it is no JSON object, 413 when it is too large
 */
export async function bodyOf({ request }: Exchange, shape: Shape): Promise<JsonObject> {
  const bytes = await limited(request);
  if (bytes.trim() === '') return {};
  // The command line says `null` for a commit that changes nothing.
  const value = canonical(parsed(bytes) ?? (bytes.trim() === 'null' ? {} : undefined), shape);
  if (!isObject(value)) throw new ApiRefusal(400, 'The body of the request is no JSON object');
  return value;
}

async function limited(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) tooLarge();
  let sizeBytes = 0;
  request.on('data', (piece: Buffer) => {
    sizeBytes += piece.length;
    if (sizeBytes > MAX_BODY_BYTES) request.destroy();
  });
  try {
    return (await buffer(request)).toString('utf8');
  } catch (cause) {
    if (sizeBytes > MAX_BODY_BYTES) tooLarge();
    throw cause;
  }
}

function tooLarge(): never {
  throw new ApiRefusal(413, 'The body of the request is too large');
}

/**
 * The container of this session that a reference means.
 * @throws {ApiRefusal} 404 in the engine's words
 */
export function containerOf(exchange: Exchange, ref = exchange.ref): OwnContainer {
  const found = exchange.session.objects.containers.find(ref);
  if (found === undefined) throw new ApiRefusal(404, `No such container: ${ref}`);
  exchange.notes.container = found.id;
  return found;
}

/** A copy of the query with some parameters set, or removed when `undefined`. */
export function changedQuery(
  query: URLSearchParams,
  changes: Readonly<Record<string, string | undefined>>,
): URLSearchParams {
  const changed = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) changed.delete(name);
    else changed.set(name, value);
  }
  return changed;
}

function keptHeaders(raw: readonly string[], isBodyChanged: boolean): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const lower = name.toLowerCase();
    if (HOP.has(lower) || lower === 'expect' || (isBodyChanged && BODY.has(lower))) continue;
    kept.push(name, raw[at + 1] ?? '');
  }
  return kept;
}

function isChunked(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined;
}
