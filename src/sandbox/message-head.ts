/**
 * The head of an HTTP/1.1 message as it stands in the byte stream: enough to know where the message ends.
 * @see https://www.rfc-editor.org/rfc/rfc9112
 */
export interface MessageHead {
  /** Request line or status line, without its line end. */
  readonly startLine: string;
  /** Header lines in their order, name as written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly sizeBytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

const NO_BODY: BodyFraming = { kind: 'none' };
const END_OF_HEAD = '\r\n\r\n';

/** Offset after the empty line that ends the head; absent when it has not arrived yet. */
export function endOfHead(bytes: Buffer): number | undefined {
  const at = bytes.indexOf(END_OF_HEAD, 0, 'latin1');
  return at === -1 ? undefined : at + END_OF_HEAD.length;
}

/** Absent when the bytes are no HTTP head. */
export function parseHead(bytes: Buffer): MessageHead | undefined {
  const [startLine, ...lines] = bytes.toString('latin1').trim().split('\r\n');
  if (startLine === undefined || !/HTTP\/1\.[01]/u.test(startLine)) return undefined;
  return {
    startLine,
    headers: lines.map((line): readonly [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, Math.max(colon, 0)).trim(), line.slice(colon + 1).trim()];
    }),
  };
}

export function renderHead(head: MessageHead): Buffer {
  const lines = head.headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${head.startLine}\r\n${lines.join('')}\r\n`, 'latin1');
}

/** The last value of a header; absent when it is not there. `name` in lower case. */
export function headerOf(head: MessageHead, name: string): string | undefined {
  return head.headers.findLast(([each]) => each.toLowerCase() === name)?.[1];
}

/** A request without a stated length has no body. */
export function requestFraming(head: MessageHead): BodyFraming {
  return statedFraming(head) ?? NO_BODY;
}

/** A response without a stated length lasts until the connection closes. */
export function responseFraming(head: MessageHead, method: string): BodyFraming {
  const status = statusOf(head);
  if (method === 'HEAD' || status === 204 || status === 304) return NO_BODY;
  return statedFraming(head) ?? { kind: 'until-close' };
}

export function statusOf(head: MessageHead): number {
  return Number(head.startLine.split(' ')[1]);
}

function statedFraming(head: MessageHead): BodyFraming | undefined {
  if (/chunked\s*$/iu.test(headerOf(head, 'transfer-encoding') ?? '')) return { kind: 'chunked' };
  const length = headerOf(head, 'content-length');
  if (length === undefined) return undefined;
  return { kind: 'length', sizeBytes: Number(length) };
}
