import type { Readable } from 'node:stream';
import { RegistryError } from '../errors.ts';
import type { BlobSource } from '../contract.ts';

/** Reads a source piece by piece, at any offset; it is opened anew only when the offset jumps. */
export interface ByteCursor {
  /**
   * Exactly `lengthBytes` from `offset` on.
   * @throws {RegistryError} UPLOAD_FAILED when the source ends before, or cannot be read.
   */
  take(offset: number, lengthBytes: number): AsyncGenerator<Uint8Array>;
  /** Bytes given out so far, repeated ones included. */
  readonly takenBytes: number;
  /** The next `take` opens the source again. */
  close(): void;
}

type PieceIterator = AsyncIterator<Uint8Array, unknown, undefined>;

interface OpenSource {
  readonly stream: Readable;
  readonly pieces: PieceIterator;
  position: number;
  /** Read, and not yet given out. */
  rest: Uint8Array;
}

const NOTHING = new Uint8Array();

export function createByteCursor(source: BlobSource): ByteCursor {
  let current: OpenSource | undefined;
  let takenBytes = 0;
  const close = (): void => {
    current?.stream.destroy();
    current = undefined;
  };
  const openAt = (offset: number): OpenSource => {
    if (current?.position === offset) return current;
    close();
    const stream = source.open(offset);
    const pieces: PieceIterator = stream[Symbol.asyncIterator]();
    current = { stream, pieces, position: offset, rest: NOTHING };
    return current;
  };
  return {
    get takenBytes() {
      return takenBytes;
    },
    close,
    take: async function* take(offset, lengthBytes) {
      const open = openAt(offset);
      for (let left = lengthBytes; left > 0;) {
        const piece = open.rest.length > 0 ? open.rest : await nextPiece(source, open);
        const given = piece.subarray(0, left);
        open.rest = piece.subarray(given.length);
        open.position += given.length;
        left -= given.length;
        takenBytes += given.length;
        yield given;
      }
    },
  };
}

async function nextPiece(source: BlobSource, open: OpenSource): Promise<Uint8Array> {
  let next: IteratorResult<Uint8Array, unknown>;
  try {
    next = await open.pieces.next();
  } catch (error) {
    // A source that is a registry, too, has said it better.
    if (error instanceof RegistryError) throw error;
    throw new RegistryError('UPLOAD_FAILED', `Cannot read the source of ${source.digest}`, {
      cause: error,
      hint: 'Make the file readable, and leave it in place while it is uploaded.',
    });
  }
  if (next.done !== true) return next.value;
  throw new RegistryError(
    'UPLOAD_FAILED',
    `The source of ${source.digest} ends after ${open.position} of ${source.sizeBytes} bytes`,
    { hint: 'Leave the file unchanged while it is uploaded.' },
  );
}
