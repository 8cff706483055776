import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Engine } from '../../engine/contract.ts';
import { EngineError } from '../../engine/errors.ts';
import { withArchive } from '../container-archive.ts';
import { kindOfMode } from './go-file-mode.ts';
import type { ImageFiles, PathFinding, ReadEntry, WantedFile } from './image-files.ts';
import { takeEntry, walkEntries } from './tar-entries.ts';

export interface FilesOfContainer {
  readonly engine: Engine;
  /** Created, never started: nothing of the image runs. */
  readonly containerId: string;
  /** Volumes and binds: what lies below is on another file system. */
  readonly mountPoints: readonly string[];
}

/**
 * The files of an image as a container that was created, and never started, has them.
 *
 * On Docker before 23 each archive costs a new process of the engine, about 150 ms; what `HEAD` tells of a path costs 3.
 * So kinds and modes come from there, and everything else from two archives, whatever the number of files: hard links to
 * all of them are put into one folder of the container, and that folder is read. See docs/decisions/0018.
 */
export function createEngineFiles(from: FilesOfContainer): ImageFiles {
  return Object.freeze({
    find: (path: string) => find(from, path),
    read: (wanted: readonly WantedFile[]) => readAll(from, wanted),
    walk: (folder: string, choose: Parameters<ImageFiles['walk']>[1]) =>
      withArchive(from.engine, at(from, folder), (entries) => walkEntries(entries, choose)),
  });
}

function at(
  { containerId }: FilesOfContainer,
  path: string,
): { readonly containerId: string; readonly path: string } {
  return { containerId, path };
}

async function find({ engine, containerId }: FilesOfContainer, path: string): Promise<PathFinding> {
  // The engine takes an empty path for a mistake of ours.
  if (path === '') return { state: 'unclear', reason: 'the path is empty' };
  try {
    const stat = await engine.containers.stat(containerId, path);
    if (stat === undefined) return { state: 'absent' };
    return { state: 'there', stat, kind: kindOfMode(stat.mode) };
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'ENGINE_FAILED') throw error;
    const reason = 'there is a loop of links in it, or a file in the place of a folder';
    return { state: 'unclear', reason };
  }
}

/** A larger file whose contents nobody wants is not copied for its owner. */
const MOST_LINKED_BYTES = 4 * 1024 ** 2;

async function readAll(
  from: FilesOfContainer,
  wanted: readonly WantedFile[],
): Promise<ReadonlyMap<string, ReadEntry>> {
  const linkable = wanted.filter((each) => isLinkable(each, from.mountPoints));
  const linked = linkable.length > 1 ? await readLinked(from, linkable) : new Map();
  const entries = new Map<string, ReadEntry>(linked);
  for (const each of wanted.filter(({ path }) => !entries.has(path))) {
    const entry = await readOne(from, each);
    if (entry !== undefined) entries.set(each.path, entry);
  }
  return entries;
}

/** A folder takes no hard link, and none leads to another file system. */
function isLinkable(
  { path, kind, sizeBytes, wantsContents }: WantedFile,
  mountPoints: readonly string[],
): boolean {
  const isCheap = wantsContents || sizeBytes <= MOST_LINKED_BYTES;
  const isMounted = mountPoints.some((point) => path === point || path.startsWith(`${point}/`));
  return (kind === 'file' || kind === 'link') && isCheap && !isMounted;
}

/** All of them, or none: where the engine cannot link, each is read by itself. */
async function readLinked(
  from: FilesOfContainer,
  wanted: readonly WantedFile[],
): Promise<ReadonlyMap<string, ReadEntry>> {
  const folder = `.seatrial-${randomBytes(6).toString('hex')}`;
  try {
    const links = await packLinks(folder, wanted);
    await from.engine.containers.writeArchive(from.containerId, '/', links);
  } catch (error) {
    if (error instanceof EngineError && LINK_REFUSALS.has(error.code)) return new Map();
    throw error;
  }
  const read = await withArchive(from.engine, at(from, `/${folder}`), async (entries) => {
    const found = new Map<string, ReadEntry>();
    for await (const entry of entries) {
      const each = wanted[Number(entry.header.name.split('/')[1] || Number.NaN)];
      const taken = await takeEntry(entry, each?.wantsContents === true);
      // Two names of one file: the second one has no contents here.
      if (each !== undefined && entry.header.type !== 'link') found.set(each.path, taken);
    }
    return found;
  });
  return read ?? new Map();
}

const LINK_REFUSALS: ReadonlySet<string> = new Set(['ENGINE_FAILED', 'ENGINE_REFUSED_REQUEST']);

async function packLinks(folder: string, wanted: readonly WantedFile[]): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: folder, type: 'directory', mode: 0o700 });
  wanted.forEach(({ path }, index) =>
    tar.entry({ name: `${folder}/${String(index)}`, type: 'link', linkname: path }),
  );
  tar.finalize();
  return await buffer(tar);
}

async function readOne(
  from: FilesOfContainer,
  { path, wantsContents }: WantedFile,
): Promise<ReadEntry | undefined> {
  return await withArchive(from.engine, at(from, path), async (entries) => {
    for await (const entry of entries) return await takeEntry(entry, wantsContents);
    return undefined;
  });
}
