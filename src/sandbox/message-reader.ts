import { createBodyReader, type BodyReader } from './message-body.ts';
import { endOfHead, type BodyFraming } from './message-head.ts';

/** Told what one direction of a connection carries, in order. */
export interface MessageHandler {
  /** Returns how the body ends; absent when another head follows, as after `100 Continue`. */
  readonly onHead: (bytes: Buffer) => BodyFraming | undefined;
  /** `bytes` as they came, `contents` without the framing of chunks. */
  readonly onBody: (bytes: Buffer, contents: readonly Buffer[]) => void;
  /** Returns whether the next message may be read at once. */
  readonly onEnd: () => boolean;
}

export interface MessageReader {
  /** Returns what is left when `onEnd` said no; absent when all was taken. */
  take(bytes: Buffer): Buffer | undefined;
}

/** A longer head is handed on as it is, for the other side to refuse. */
const MAX_HEAD_BYTES = 1024 ** 2;
const NOTHING: Buffer = Buffer.alloc(0);

/** Splits a byte stream into HTTP/1.1 messages, however the stream is cut into pieces. */
export function createMessageReader(handler: MessageHandler): MessageReader {
  let head = NOTHING;
  let body: BodyReader | undefined;

  /** Returns what follows the head; absent when more bytes are needed. */
  const readHead = (bytes: Buffer): Buffer | undefined => {
    head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
    const end = endOfHead(head) ?? (head.length > MAX_HEAD_BYTES ? head.length : undefined);
    if (end === undefined) return undefined;
    const whole = head;
    head = NOTHING;
    const framing = handler.onHead(whole.subarray(0, end));
    body = framing === undefined ? undefined : createBodyReader(framing);
    return whole.subarray(end);
  };

  return {
    take(bytes) {
      let rest = bytes;
      for (;;) {
        if (body === undefined) {
          if (rest.length === 0) return undefined;
          const afterHead = readHead(rest);
          if (afterHead === undefined) return undefined;
          rest = afterHead;
          if (body === undefined) continue;
        }
        const piece = body.take(rest);
        if (piece.takenBytes > 0)
          handler.onBody(rest.subarray(0, piece.takenBytes), piece.contents);
        rest = rest.subarray(piece.takenBytes);
        if (!piece.isDone) return undefined;
        body = undefined;
        if (!handler.onEnd()) return rest;
      }
    },
  };
}
