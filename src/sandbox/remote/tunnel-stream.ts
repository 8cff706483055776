import { Duplex } from 'node:stream';
import { frameTypes, MAX_PAYLOAD_BYTES, numberPayload, WINDOW_BYTES } from './frames.ts';

/** What a stream needs of the tunnel that it is in. */
export interface TunnelSide {
  /** False when more should not be sent until it has drained. */
  send(type: number, payload?: Buffer): boolean;
  onceDrained(then: () => void): void;
  /** No frame of the stream will come or go any more. */
  forget(): void;
}

/** A stream of a tunnel, and what the tunnel tells it. */
export interface TunnelStream {
  readonly stream: Duplex;
  onData(bytes: Buffer): void;
  onEnd(): void;
  onWindow(bytes: number): void;
  /** It is gone at the other end. */
  onReset(error: Error): void;
}

/** Credit is given back in pieces of at least this size: until then the other end has the rest of the window. */
const GIVE_BACK_BYTES = WINDOW_BYTES / 8;

/** One connection in a tunnel. Each direction ends by itself, and at most a window of bytes is under way in each. */
export function createTunnelStream(side: TunnelSide): TunnelStream {
  let credit = WINDOW_BYTES;
  let readBytes = 0;
  let hasEndedHere = false;
  let hasEndedThere = false;
  let onCredit: (() => void) | undefined;
  let isGone = false;

  const giveBack = (): void => {
    if (readBytes < GIVE_BACK_BYTES || hasEndedThere) return;
    side.send(frameTypes.window, numberPayload(readBytes));
    readBytes = 0;
  };
  const write = (bytes: Buffer, done: () => void): void => {
    let rest = bytes;
    const next = (): void => {
      while (rest.length > 0) {
        if (isGone) return;
        if (credit === 0) {
          onCredit = next;
          return;
        }
        const size = Math.min(rest.length, credit, MAX_PAYLOAD_BYTES);
        credit -= size;
        const isDrained = side.send(frameTypes.data, rest.subarray(0, size));
        rest = rest.subarray(size);
        if (!isDrained) return side.onceDrained(next);
      }
      done();
    };
    next();
  };
  const stream = new Duplex({
    allowHalfOpen: true,
    readableHighWaterMark: WINDOW_BYTES / 2,
    read: giveBack,
    write: (chunk: Buffer, _, done) => write(chunk, done),
    final: (done) => {
      hasEndedHere = true;
      side.send(frameTypes.end);
      done();
    },
    destroy: (error, done) => {
      if (!isGone && !(hasEndedHere && hasEndedThere)) side.send(frameTypes.reset);
      isGone = true;
      side.forget();
      done(error);
    },
  });
  return {
    stream,
    onData: (bytes) => {
      readBytes += bytes.length;
      if (stream.push(bytes)) giveBack();
    },
    onEnd: () => {
      hasEndedThere = true;
      stream.push(null);
    },
    onWindow: (bytes) => {
      credit += bytes;
      const resume = onCredit;
      onCredit = undefined;
      resume?.();
    },
    onReset: (error) => {
      isGone = true;
      stream.destroy(error);
    },
  };
}
