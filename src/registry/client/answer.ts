import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { messageOf } from '../../kernel/errors.ts';
import { RegistryError } from '../errors.ts';
import { errorsSchema } from '../wire.ts';
import { BrokenConnection } from './broken-connection.ts';

/** One HTTP answer. Its body must be read or discarded, or the connection stays taken. */
export interface Answer {
  readonly status: number;
  /** Of the header, by its lower-case name; several values are joined by commas. */
  header(name: string): string | undefined;
  /** Where it came from, after redirects. */
  readonly url: URL;
  /** @throws {RegistryError} ANSWER_MALFORMED when it is larger; `BrokenConnection` when it ends early. */
  bytes(maxBytes: number): Promise<Uint8Array>;
  stream(): Readable;
  discard(): Promise<void>;
}

/** What is read of a body that nobody wants, so that the connection can be used again. */
const DISCARD_BYTES = 64 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

export function toAnswer(response: Dispatcher.ResponseData, url: URL): Answer {
  const { body, headers, statusCode } = response;
  return {
    status: statusCode,
    url,
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    bytes: async (maxBytes) => await readCapped(body, maxBytes, url),
    stream: () => body,
    discard: async () => {
      await body.dump({ limit: DISCARD_BYTES }).catch(() => body.destroy());
    },
  };
}

async function readCapped(body: Readable, maxBytes: number, url: URL): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      length += piece.length;
      pieces.push(piece);
      // Leaving the loop destroys the body and with it the connection.
      if (length > maxBytes) break;
    }
  } catch (error) {
    throw new BrokenConnection(error);
  }
  if (length <= maxBytes) return Buffer.concat(pieces);
  throw new RegistryError(
    'ANSWER_MALFORMED',
    `${url.host} answers with more than the ${maxBytes} bytes allowed for ${url.pathname}`,
  );
}

/** What the registry said about a failure. */
export interface Complaint {
  readonly codes: readonly string[];
  /** One line; empty when the body says nothing. */
  readonly text: string;
}

/** Reads the errors of the protocol, or the start of whatever text came; never fails for what is there. */
export async function readComplaint(answer: Answer): Promise<Complaint> {
  let text: string;
  try {
    text = new TextDecoder().decode(await answer.bytes(MAX_ERROR_BYTES));
  } catch (error) {
    return { codes: [], text: `unreadable: ${messageOf(error)}` };
  }
  const parsed = errorsSchema.safeParse(tryJson(text));
  if (!parsed.success) return { codes: [], text: /<html/iu.test(text) ? '' : oneLine(text) };
  const { errors } = parsed.data;
  return {
    codes: errors.map(({ code }) => code),
    text: oneLine(errors.map(({ code, message }) => message || code).join('; ')),
  };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Plain text, as many proxies answer.
    return undefined;
  }
}

/** No control characters, so that no answer can write to the terminal. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
