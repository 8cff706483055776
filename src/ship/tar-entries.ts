import type { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';

/** One file of a tar: its bytes, to be read to their end or given up with `resume`. */
export interface TarEntry extends AsyncIterable<Uint8Array> {
  readonly header: Header;
  resume(): void;
}

/** Hands over a tar entry by entry, as it comes; the next one comes when this one is done with. */
export async function readEntries(
  source: Readable,
  take: (entry: TarEntry) => Promise<void>,
): Promise<void> {
  const tar = extract();
  let broken: Error | undefined;
  source.on('error', (error) => {
    broken ??= error;
    tar.destroy(error);
  });
  source.pipe(tar);
  try {
    // A byte stream without an encoding gives bytes and nothing else; its type does not say so.
    for await (const entry of tar) await take(entry as TarEntry);
  } catch (error) {
    // The tar says only that it was destroyed; its source says why.
    throw broken ?? error;
  } finally {
    source.destroy();
  }
}
