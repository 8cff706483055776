import { Writable } from 'node:stream';
import type { Output } from '../reporter.ts';

export type CapturedOutput = Output & { readonly text: () => string };

/** An output that remembers what was written to it. */
export function captureOutput(
  size: { readonly columns?: number; readonly rows?: number; readonly isTTY?: boolean } = {},
): CapturedOutput {
  const pieces: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (piece: string, _encoding, done) => {
      pieces.push(piece);
      done();
    },
  });
  return Object.assign(stream, size, { text: () => pieces.join('') });
}
