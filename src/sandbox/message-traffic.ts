import {
  headerOf,
  parseHead,
  renderHead,
  requestFraming,
  responseFraming,
  statusOf,
  type BodyFraming,
  type MessageHead,
} from './message-head.ts';
import { createMessageReader, type MessageReader } from './message-reader.ts';

/** Decides about a request: absent passes it byte by byte, else its whole body is replaced. */
export type RewriteRequest = (
  head: MessageHead,
) => ((body: Buffer) => Buffer | Promise<Buffer>) | undefined;

/** What must be remembered of a request to understand its answer. */
export interface PendingRequest {
  readonly method: string;
  /** Whether the answer may turn the connection into a byte stream (attach, exec, `/session`, `/grpc`). */
  readonly mayHijack: boolean;
}

export interface RequestOptions {
  readonly rewrite: RewriteRequest;
  readonly send: (bytes: Buffer) => void;
  readonly onRequest: (request: PendingRequest) => void;
  /** A replaced body is ready to be sent; nothing more is read until then. */
  readonly onReplaced: (body: Promise<Buffer>) => void;
  readonly onTooLarge: () => void;
}

/** A create request is a few kilobytes; whoever sends more gets an answer instead of our memory. */
const MAX_REPLACED_BYTES = 16 * 1024 ** 2;
const UNTIL_CLOSE: BodyFraming = { kind: 'until-close' };

/** Passes requests on, and stops after each whose answer decides how to go on. */
export function createRequestReader(options: RequestOptions): MessageReader {
  let replace: ReturnType<RewriteRequest>;
  let parts: Buffer[] = [];
  let partsBytes = 0;
  let mustWait = false;

  return createMessageReader({
    onHead(bytes) {
      const head = parseHead(bytes);
      const framing = head === undefined ? UNTIL_CLOSE : requestFraming(head);
      mustWait = head !== undefined && mayHijack(head);
      replace = head === undefined || framing.kind === 'none' ? undefined : options.rewrite(head);
      if (head !== undefined) options.onRequest({ method: methodOf(head), mayHijack: mustWait });
      options.send(head && replace ? renderHead(withChunkedBody(head)) : bytes);
      return framing;
    },
    onBody(bytes, contents) {
      if (replace === undefined) return options.send(bytes);
      parts.push(...contents);
      partsBytes += bytes.length;
      if (partsBytes > MAX_REPLACED_BYTES) options.onTooLarge();
    },
    onEnd() {
      if (replace === undefined) return !mustWait;
      options.onReplaced(replaced(replace, Buffer.concat(parts)));
      parts = [];
      partsBytes = 0;
      return false;
    },
  });
}

/** Watches answers for where they end and for the one that hijacks the connection. */
export function createResponseReader(options: {
  readonly next: () => PendingRequest | undefined;
  readonly onHijackDecided: (isHijacked: boolean) => void;
}): MessageReader {
  return createMessageReader({
    onHead(bytes) {
      const head = parseHead(bytes);
      const status = head === undefined ? undefined : statusOf(head);
      if (head === undefined || status === undefined || status === 101) {
        options.onHijackDecided(true);
        return UNTIL_CLOSE;
      }
      if (status < 200) return undefined;
      const request = options.next();
      const framing = responseFraming(head, request?.method ?? 'GET');
      if (request?.mayHijack)
        options.onHijackDecided(framing.kind === 'until-close' && status === 200);
      return framing;
    },
    onBody: () => undefined,
    onEnd: () => true,
  });
}

function methodOf(head: MessageHead): string {
  return head.startLine.split(' ')[0] ?? '';
}

const HIJACKING = /^POST \S*\/(?:containers\/[^/\s]+\/attach|exec\/[^/\s]+\/start)(?:\?\S*)? /u;

/** Clients that ask for an upgrade say so; old ones hijack an attach or an exec without asking. */
function mayHijack(head: MessageHead): boolean {
  return headerOf(head, 'upgrade') !== undefined || HIJACKING.test(head.startLine);
}

/**
 * Chunked, because the length of the new body is not known yet, and a client that sent
 * `Expect: 100-continue` waits for the engine's answer to the head before it sends the body.
 */
function withChunkedBody(head: MessageHead): MessageHead {
  const kept = head.headers.filter(
    ([name]) => !['content-length', 'transfer-encoding'].includes(name.toLowerCase()),
  );
  return { ...head, headers: [...kept, ['Transfer-Encoding', 'chunked']] };
}

async function replaced(
  replace: NonNullable<ReturnType<RewriteRequest>>,
  body: Buffer,
): Promise<Buffer> {
  return asChunked(await replace(body));
}

function asChunked(body: Buffer): Buffer {
  const end = Buffer.from('0\r\n\r\n');
  if (body.length === 0) return end;
  const size = Buffer.from(`${body.length.toString(16)}\r\n`);
  return Buffer.concat([size, body, Buffer.from('\r\n'), end]);
}
