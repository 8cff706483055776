import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Header, type Pack } from 'tar-stream';

export interface PackedFiles {
  readonly tar: Readable;
  /** Paths below the folder that are in the tar; complete when the tar has ended. */
  readonly paths: Set<string>;
}

/**
 * A folder, or one file, as a tar whose entries have the name `target` in front. Owners, modes and times are kept;
 * sockets, pipes and devices are left out.
 */
export function packFiles(path: string, target: string): PackedFiles {
  const tar = pack();
  const paths = new Set<string>();
  const add = async (file: string, name: string): Promise<void> => {
    const found = await lstat(file);
    if (name !== '') paths.add(name);
    await addEntry(tar, { file, found, name: posix.join(target, name) });
    if (!found.isDirectory()) return;
    for (const child of (await readdir(file)).toSorted())
      await add(join(file, child), posix.join(name, child));
  };
  const addAll = async (): Promise<void> => {
    try {
      await add(path, '');
      tar.finalize();
    } catch (error) {
      tar.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };
  void addAll();
  return { tar: Readable.from(tar), paths };
}

interface FoundFile {
  readonly file: string;
  readonly found: Stats;
  readonly name: string;
}

async function addEntry(tar: Pack, { file, found, name }: FoundFile): Promise<void> {
  const common = {
    name,
    mode: found.mode & 0o7777,
    uid: found.uid,
    gid: found.gid,
    mtime: found.mtime,
  };
  if (found.isDirectory()) await entry(tar, { ...common, type: 'directory' });
  else if (found.isSymbolicLink())
    await entry(tar, { ...common, type: 'symlink', linkname: await readlink(file) });
  else if (found.isFile()) {
    const sink = tar.entry({ ...common, type: 'file', size: found.size });
    // What grew meanwhile does not fit into its entry any more.
    const source =
      found.size === 0 ? Readable.from([]) : createReadStream(file, { end: found.size - 1 });
    await pipeline(source, sink);
  }
}

async function entry(
  tar: Pack,
  headers: Partial<Header> & { readonly name: string },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    tar.entry(headers, (error) => (error ? reject(error) : resolve()));
  });
}
