import { Writable } from 'node:stream';
import { writeFileAtomically } from '../host/files.ts';

/** Takes what a reporter of the output writes, to be put into a file when the report is finished. */
export interface FileOutput {
  readonly out: Writable;
  save(): Promise<void>;
}

export function openFileOutput(path: string): FileOutput {
  const pieces: Buffer[] = [];
  const out = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      pieces.push(piece);
      done();
    },
  });
  return { out, save: async () => await writeFileAtomically(path, Buffer.concat(pieces)) };
}
