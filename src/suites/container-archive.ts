import { extract, type Extract } from 'tar-stream';
import type { Engine } from '../engine/contract.ts';

/** Reads as much of an archive as wanted, then drops the rest. Absent when there is no such path. */
export async function withArchive<Result>(
  engine: Engine,
  { containerId, path }: { readonly containerId: string; readonly path: string },
  read: (entries: Extract) => Promise<Result>,
): Promise<Result | undefined> {
  const archive = await engine.containers.readArchive(containerId, path);
  if (archive === undefined) return undefined;
  const entries = extract();
  archive.on('error', (error) => entries.destroy(error));
  archive.pipe(entries);
  try {
    return await read(entries);
  } finally {
    archive.unpipe(entries);
    archive.destroy();
    entries.destroy();
  }
}
