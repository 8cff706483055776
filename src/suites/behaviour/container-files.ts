import type { Header } from 'tar-stream';
import type { Engine } from '../../engine/contract.ts';
import { withArchive } from '../container-archive.ts';

export interface FileEntry {
  readonly header: Header;
  /** Empty unless it is a file. */
  readonly content: string;
}

/** The size of one file, without reading it whole; absent when it is gone or no file. */
export async function fileSizeOf(
  engine: Engine,
  containerId: string,
  path: string,
): Promise<number | undefined> {
  const header = await withArchive(engine, { containerId, path }, async (entries) => {
    for await (const entry of entries) return entry.header;
    return undefined;
  });
  return header?.type === 'file' ? (header.size ?? 0) : undefined;
}

/** Whether a folder holds anything. */
export async function isEmptyFolder(
  engine: Engine,
  containerId: string,
  path: string,
): Promise<boolean> {
  const count = await withArchive(engine, { containerId, path }, async (entries) => {
    let seen = 0;
    for await (const entry of entries) {
      seen += 1;
      if (seen > 1) break;
      entry.resume();
    }
    return seen;
  });
  return count === undefined || count <= 1;
}

/** The file or folder at `path` itself; absent when there is none. */
export async function firstEntryOf(
  engine: Engine,
  containerId: string,
  path: string,
): Promise<FileEntry | undefined> {
  return withArchive(engine, { containerId, path }, async (entries) => {
    for await (const entry of entries) {
      const content = entry.header.type === 'file' ? await beginningOf(entry) : '';
      return { header: entry.header, content };
    }
    return undefined;
  });
}

/** What we look for is short; what an image puts in its place may have no end. */
const MOST_CONTENT_BYTES = 64 * 1024;

async function beginningOf(entry: AsyncIterable<unknown>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of entry) {
    if (!(piece instanceof Uint8Array)) continue;
    pieces.push(piece);
    sizeBytes += piece.length;
    if (sizeBytes >= MOST_CONTENT_BYTES) break;
  }
  return Buffer.concat(pieces).subarray(0, MOST_CONTENT_BYTES).toString();
}
