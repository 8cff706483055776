import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Engine } from '../engine/contract.ts';
import { EngineError } from '../engine/errors.ts';
import { withArchive } from './container-archive.ts';
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
 * On Docker 20.10 each archive costs a new process of the engine, about 150 ms; what `HEAD` tells of a path costs 3. So
 * kinds and modes come from there, and everything else from two archives, whatever the number of files: hard links to all
 * of them are put into one folder of the container, and that folder is read. See docs/decisions/0018.
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
    if (!isFailure(error)) throw error;
    return await whyUnclear({ engine, containerId, path });
  }
}

/** The answer to a `HEAD` has no words; that to a `GET` has. */
async function whyUnclear(at: {
  readonly engine: Engine;
  readonly containerId: string;
  readonly path: string;
}): Promise<PathFinding> {
  try {
    const archive = await at.engine.containers.readArchive(at.containerId, at.path);
    archive?.destroy();
    return { state: 'unclear', reason: 'the engine can read it, and cannot say what it is' };
  } catch (error) {
    if (!isFailure(error)) throw error;
    // A file in the place of a folder: nothing can lie below it.
    if (/not a directory/iu.test(error.message)) return { state: 'absent' };
    const isLoop = /too many (?:links|levels)/iu.test(error.message);
    return { state: 'unclear', reason: isLoop ? 'its links lead in circles' : error.message };
  }
}

function isFailure(error: unknown): error is EngineError {
  return error instanceof EngineError && error.code === 'ENGINE_FAILED';
}

/** A larger file whose contents nobody wants is not copied for its owner. */
const MOST_LINKED_BYTES = 4 * 1024 ** 2;

async function readAll(
  from: FilesOfContainer,
  wanted: readonly WantedFile[],
): Promise<ReadonlyMap<string, ReadEntry>> {
  const linkable = wanted.filter((each) => isLinkable(each, from.mountPoints));
  const isWorthIt = linkable.length > 1 && from.engine.info.product === 'docker';
  const linked = isWorthIt ? await readLinked(from, linkable) : new Map<string, ReadEntry>();
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
      const name = entry.header.name.split('/')[1] ?? '';
      if (name === WITNESS && entry.header.uid !== 0) return new Map();
      const each = /^\d+$/u.test(name) ? wanted[Number(name)] : undefined;
      const taken = await takeEntry(entry, each?.wantsContents === true);
      // Two names of one file: the second one has no contents here.
      if (each !== undefined && entry.header.type !== 'link') found.set(each.path, taken);
    }
    return found;
  });
  return read ?? new Map();
}

const LINK_REFUSALS: ReadonlySet<string> = new Set(['ENGINE_FAILED', 'ENGINE_REFUSED_REQUEST']);

/** A link is one more name of the same file, and the engine gives it the owner of the archive, unless that is -1. */
const KEEPS_OWNER = { pax: { uid: '-1', gid: '-1' } };
/** A new file, which stays root's where -1 means just that, and comes first in the order of names. */
const WITNESS = '-';

async function packLinks(folder: string, wanted: readonly WantedFile[]): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: folder, type: 'directory', mode: 0o700 });
  tar.entry({ name: `${folder}/${WITNESS}`, ...KEEPS_OWNER }, '');
  wanted.forEach(({ path, mode }, index) =>
    tar.entry({
      name: `${folder}/${String(index)}`,
      type: 'link',
      linkname: path,
      mode,
      ...KEEPS_OWNER,
    }),
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
