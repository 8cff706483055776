import type { BodyFraming } from './message-head.ts';

/** What a piece of the stream meant for the body that is being read. */
export interface BodyPiece {
  /** How many bytes of the piece belong to the body, framing included. */
  readonly takenBytes: number;
  /** The contents in it, without framing. */
  readonly contents: readonly Buffer[];
  readonly isDone: boolean;
}

/** Finds the end of one body in a byte stream, however the stream is cut. */
export interface BodyReader {
  take(piece: Buffer): BodyPiece;
}

export function createBodyReader(framing: BodyFraming): BodyReader {
  if (framing.kind === 'chunked') return createChunkedReader();
  const leftBytes =
    framing.kind === 'length' ? framing.sizeBytes : framing.kind === 'none' ? 0 : Infinity;
  return createLengthReader(leftBytes);
}

function createLengthReader(sizeBytes: number): BodyReader {
  let leftBytes = sizeBytes;
  return {
    take(piece) {
      const takenBytes = Math.min(leftBytes, piece.length);
      leftBytes -= takenBytes;
      return {
        takenBytes,
        contents: takenBytes === 0 ? [] : [piece.subarray(0, takenBytes)],
        isDone: leftBytes === 0,
      };
    },
  };
}

/** Longer size or trailer lines are no HTTP. */
const MAX_LINE_BYTES = 16 * 1024;
const LINE_FEED = 0x0a;

/** @see https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
function createChunkedReader(): BodyReader {
  let expecting: 'size' | 'data' | 'data-end' | 'trailer' | 'nothing' = 'size';
  let leftBytes = 0;
  let line = '';

  const endLine = (): void => {
    const text = line.trim();
    line = '';
    if (expecting === 'size') {
      leftBytes = Number.parseInt(text, 16);
      // What is no number cannot be framed; the engine will refuse it, and we pass the rest on.
      if (Number.isNaN(leftBytes)) leftBytes = Infinity;
      expecting = leftBytes === 0 ? 'trailer' : 'data';
    } else if (expecting === 'data-end') expecting = 'size';
    else if (text === '') expecting = 'nothing';
  };

  return {
    take(piece) {
      const contents: Buffer[] = [];
      let at = 0;
      while (at < piece.length && expecting !== 'nothing') {
        if (expecting === 'data') {
          const data = piece.subarray(at, at + Math.min(leftBytes, piece.length - at));
          contents.push(data);
          at += data.length;
          leftBytes -= data.length;
          if (leftBytes === 0) expecting = 'data-end';
          continue;
        }
        const lineEnd = piece.indexOf(LINE_FEED, at);
        const end = lineEnd === -1 ? piece.length : lineEnd + 1;
        line = `${line}${piece.toString('latin1', at, end)}`.slice(-MAX_LINE_BYTES);
        at = end;
        if (lineEnd !== -1) endLine();
      }
      return { takenBytes: at, contents, isDone: expecting === 'nothing' };
    },
  };
}
