import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { messageOf } from '../../kernel/errors.ts';
import type { Dial } from '../engine-dial.ts';
import { createBodyReader } from '../message-body.ts';
import {
  endOfHead,
  parseHead,
  renderHead,
  requestFraming,
  responseFraming,
  statusOf,
  type MessageHead,
} from '../message-head.ts';

export interface HijackOptions {
  readonly client: Socket;
  /** What Node read beyond the head of the request. */
  readonly head: Buffer;
  readonly request: IncomingMessage;
  /** For the engine, with version and query; every part of it from us. */
  readonly path: string;
  readonly dial: Dial;
}

export interface HijackEnd {
  readonly status: number | undefined;
  readonly engineMs: number | undefined;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

const MAX_HEAD_BYTES = 1024 ** 2;

/**
 * Passes on a request whose answer turns the connection into a stream, then the stream, byte by byte and half-closed
 * as it comes. What the client sends after the body of its request waits for that answer: if the engine does not
 * hijack, the connection ends, and no second request slips through unjudged.
 */
export async function hijack(options: HijackOptions): Promise<HijackEnd> {
  const { client, dial, request, path } = options;
  const engine = dial();
  engine.setNoDelay(true);
  client.setNoDelay(true);
  client.setTimeout(0);
  const startedMs = performance.now();
  let engineMs: number | undefined;
  let status: number | undefined;
  let bytesUp = 0;
  let bytesDown = 0;

  const head = requestHead(request, path);
  const body = createBodyReader(requestFraming(head));
  let isBodyDone = false;
  let isRaw = false;
  let hasClientEnded = false;
  let held: Buffer[] = [];
  let answerHead: Buffer = Buffer.alloc(0);

  const onClient = (bytes: Buffer): void => {
    let rest = bytes;
    if (!isBodyDone) {
      const piece = body.take(rest);
      if (piece.takenBytes > 0 && !engine.write(rest.subarray(0, piece.takenBytes))) client.pause();
      rest = rest.subarray(piece.takenBytes);
      isBodyDone = piece.isDone;
    }
    if (rest.length === 0) return;
    if (!isRaw) {
      held.push(rest);
      client.pause();
      return;
    }
    bytesUp += rest.length;
    if (!engine.write(rest)) client.pause();
  };
  const onEngine = (bytes: Buffer): void => {
    if (!isRaw) return onAnswer(bytes);
    bytesDown += bytes.length;
    if (!client.write(bytes)) engine.pause();
  };
  /** The head decides: a stream from here on, or one plain answer and the end. */
  const onAnswer = (bytes: Buffer): void => {
    answerHead = Buffer.concat([answerHead, bytes]);
    const end = endOfHead(answerHead);
    if (end === undefined) {
      if (answerHead.length > MAX_HEAD_BYTES) engine.destroy();
      return;
    }
    const parsedHead = parseHead(answerHead.subarray(0, end));
    const answered = parsedHead === undefined ? 0 : statusOf(parsedHead);
    if (answered >= 100 && answered < 200 && answered !== 101) {
      answerHead = answerHead.subarray(end);
      return onAnswer(Buffer.alloc(0));
    }
    engineMs = performance.now() - startedMs;
    status = answered;
    if (parsedHead === undefined || !isStream(parsedHead, request.method ?? 'GET')) {
      return answerPlainly(parsedHead, answerHead.subarray(end));
    }
    isRaw = true;
    client.write(answerHead);
    bytesDown += answerHead.length - end;
    const waiting = held;
    held = [];
    for (const piece of waiting) onClient(piece);
    client.resume();
    if (hasClientEnded) engine.end();
  };
  const answerPlainly = (parsedHead: MessageHead | undefined, rest: Buffer): void => {
    if (parsedHead === undefined) {
      client.destroy();
      engine.destroy();
      return;
    }
    const reader = createBodyReader(responseFraming(parsedHead, request.method ?? 'GET'));
    const headers = parsedHead.headers.filter(([name]) => name.toLowerCase() !== 'connection');
    client.write(renderHead({ ...parsedHead, headers: [...headers, ['Connection', 'close']] }));
    const take = (bytes: Buffer): void => {
      const piece = reader.take(bytes);
      client.write(bytes.subarray(0, piece.takenBytes));
      if (!piece.isDone) return;
      client.end();
      engine.destroy();
    };
    engine.off('data', onEngine);
    engine.on('data', take);
    take(rest);
  };

  const isOver = new Promise<void>((resolve) => {
    let open = 2;
    const close = (): void => {
      open -= 1;
      if (open === 0) resolve();
    };
    client.once('close', close);
    engine.once('close', close);
  });
  client.on('data', onClient);
  engine.on('data', onEngine);
  engine.on('drain', () => client.resume());
  client.on('drain', () => engine.resume());
  client.on('end', () => {
    hasClientEnded = true;
    if (isRaw) engine.end();
  });
  engine.on('end', () => client.end());
  engine.on('error', (error) => {
    if (status === undefined) refuse(client, messageOf(error));
    else client.destroy();
  });
  // The close event that follows takes the other side down.
  client.on('error', () => undefined);
  client.on('close', () => engine.destroy());
  engine.on('close', () => client.destroySoon());
  engine.write(renderHead(head));
  onClient(options.head);
  client.resume();
  await isOver;
  return { status, engineMs, bytesUp, bytesDown };
}

/** As the client sent it, but for where it goes. */
function requestHead(request: IncomingMessage, path: string): MessageHead {
  const headers: (readonly [string, string])[] = [['Host', 'docker']];
  const raw = request.rawHeaders;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    if (!['host', 'expect'].includes(name.toLowerCase())) headers.push([name, raw[at + 1] ?? '']);
  }
  return { startLine: `${request.method ?? 'POST'} ${path} HTTP/1.1`, headers };
}

function isStream(head: MessageHead, method: string): boolean {
  const status = statusOf(head);
  return status === 101 || (status === 200 && responseFraming(head, method).kind === 'until-close');
}

function refuse(client: Socket, why: string): void {
  const body = JSON.stringify({ message: `The engine does not answer: ${why}` });
  const headers: readonly (readonly [string, string])[] = [
    ['Content-Type', 'application/json'],
    ['Content-Length', String(Buffer.byteLength(body))],
    ['Connection', 'close'],
  ];
  const head = renderHead({ startLine: 'HTTP/1.1 503 Service Unavailable', headers });
  client.end(Buffer.concat([head, Buffer.from(body)]));
}
