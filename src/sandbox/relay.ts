import type { Socket } from 'node:net';
import { messageOf } from '../kernel/errors.ts';
import { renderHead } from './message-head.ts';
import {
  createRequestReader,
  createResponseReader,
  type PendingRequest,
  type RewriteRequest,
} from './message-traffic.ts';

export interface RelaySockets {
  readonly client: Socket;
  readonly engine: Socket;
}

/**
 * Joins one client connection with one engine connection. Answers are never changed, only watched for where
 * they end; requests are passed on as they are, save the ones that `rewrite` wants. Pipelining, `Expect`,
 * upgrades, half-closed streams and back-pressure therefore work as they do without us.
 */
export function relay(sockets: RelaySockets, rewrite: RewriteRequest): void {
  const { client, engine } = sockets;
  /** Sent and not answered, oldest first. */
  const pending: PendingRequest[] = [];
  let isRaw = false;
  /** Bytes of the client that wait until an answer or a new body says how to go on. */
  let held: Buffer | undefined;
  let hasClientEnded = false;

  const send = (bytes: Buffer): void => {
    if (!engine.write(bytes)) client.pause();
  };
  const onClientBytes = (bytes: Buffer): void => {
    if (isRaw) return send(bytes);
    held = requests.take(bytes);
    if (held !== undefined) client.pause();
  };
  const release = (): void => {
    if (held === undefined) return;
    const bytes = held;
    held = undefined;
    client.resume();
    if (bytes.length > 0) onClientBytes(bytes);
    if (hasClientEnded && held === undefined) engine.end();
  };
  const onNewBody = (bytes: Buffer): void => {
    send(bytes);
    release();
  };
  const giveUp = (status: keyof typeof REASONS, message: string): void => {
    refuse(client, status, message);
    engine.destroy();
  };
  const requests = createRequestReader({
    rewrite,
    send,
    onRequest: (request) => pending.push(request),
    onReplaced: (body) => {
      body.then(onNewBody, (error: unknown) => giveUp(502, messageOf(error)));
    },
    onTooLarge: () => giveUp(413, 'The request body is too large'),
  });
  const responses = createResponseReader({
    next: () => pending.shift(),
    onHijackDecided: (isHijacked) => {
      isRaw ||= isHijacked;
      release();
    },
  });

  client.on('data', onClientBytes);
  engine.on('data', (bytes: Buffer) => {
    if (!client.write(bytes)) engine.pause();
    if (!isRaw) responses.take(bytes);
  });
  engine.on('drain', () => {
    if (held === undefined) client.resume();
  });
  client.on('drain', () => engine.resume());
  client.on('end', () => {
    hasClientEnded = true;
    if (held === undefined) engine.end();
  });
  engine.on('end', () => client.end());
  closeTogether(sockets);
}

/** A connection that is gone takes the other one with it; what was written before still arrives. */
function closeTogether({ client, engine }: RelaySockets): void {
  let wasReached = false;
  engine.once('connect', () => {
    wasReached = true;
  });
  engine.on('error', (error) => {
    if (wasReached) client.destroy();
    else refuse(client, 503, `The engine does not answer: ${error.message}`);
  });
  // The close event that follows takes the engine's side down.
  client.on('error', () => undefined);
  client.on('close', () => engine.destroy());
  engine.on('close', () => client.destroySoon());
}

const REASONS = {
  413: 'Content Too Large',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
} as const;

/** Ends the connection with an answer in the form that every Docker client shows to its user. */
function refuse(client: Socket, status: keyof typeof REASONS, message: string): void {
  const body = JSON.stringify({ message });
  const head = renderHead({
    startLine: `HTTP/1.1 ${status} ${REASONS[status]}`,
    headers: [
      ['Content-Type', 'application/json'],
      ['Content-Length', String(Buffer.byteLength(body))],
      ['Connection', 'close'],
    ],
  });
  client.end(Buffer.concat([head, Buffer.from(body)]));
}
