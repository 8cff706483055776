import type { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';

/** One file of a tar. Its bytes are to be read to their end, or skipped. */
export interface TarEntry {
  readonly header: Header;
  readonly bytes: AsyncIterable<Uint8Array>;
  skip(): void;
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
    for await (const entry of tar)
      await take({
        header: entry.header,
        bytes: bytesOf(entry),
        skip: () => void entry.resume(),
      });
  } catch (error) {
    // The tar says only that it was destroyed; its source says why.
    throw broken ?? error;
  } finally {
    source.destroy();
  }
}

/** The whole of an entry; absent when it is larger. What is left of it is not read. */
export async function readWhole(
  { bytes }: Pick<TarEntry, 'bytes'>,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* bytesOf(entry: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  // A byte stream without an encoding gives bytes and nothing else; its type does not say so.
  for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk;
}
