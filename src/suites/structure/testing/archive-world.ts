import { buffer } from 'node:stream/consumers';
import { posix } from 'node:path';
import { extract, type Header } from 'tar-stream';
import { z } from 'zod';
import type { ImageConfig, PathStat } from '../../../engine/contract.ts';
import type { ImageArchive } from '../../../engine/image-archive.ts';
import type { CommandRunner } from '../command-end.ts';
import { kindOfMode } from '../../go-file-mode.ts';
import type { ImageFiles, PathFinding, ReadEntry } from '../../image-files.ts';
import { kindOfHeader } from '../../tar-entries.ts';
import type { World } from '../world.ts';

type StoredHeader = Pick<Header, 'name' | 'type' | 'mode' | 'uid' | 'gid' | 'size' | 'linkname'>;

interface StoredEntry {
  readonly header: StoredHeader;
  readonly contents: Buffer;
}

/** Path without a slash at its end to what is there; the top is the empty text. */
type Store = Map<string, StoredEntry>;

/** An image in memory: the layers of a real archive, one over the other, with whiteouts applied. Nothing runs. */
export async function openArchiveWorld(
  archive: ImageArchive,
  commands: CommandRunner = { run: () => Promise.reject(new Error('nothing runs in an archive')) },
): Promise<World> {
  const files = await readTar(archive.open());
  const [manifest] = manifestSchema.parse(JSON.parse(textAt(files, 'manifest.json')));
  if (manifest === undefined) throw new Error('the archive holds no image');
  const store: Store = new Map();
  for (const layer of manifest.Layers) {
    const bytes = files.find(({ header }) => header.name === layer)?.contents ?? Buffer.alloc(0);
    putLayer(store, await readTar(bytes));
  }
  const { config } = configSchema.parse(JSON.parse(textAt(files, manifest.Config)));
  return { ref: 'archive', config, commands, files: () => Promise.resolve(filesOf(store)) };
}

const manifestSchema = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) }));

const names = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => Object.keys(value ?? {}));
const list = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);

const configSchema = z.object({
  config: z
    .object({
      Entrypoint: list,
      Cmd: list,
      Env: list,
      ExposedPorts: names,
      Volumes: names,
      User: z.string().default(''),
      WorkingDir: z.string().default(''),
      Labels: z
        .record(z.string(), z.string())
        .nullish()
        .transform((value) => value ?? {}),
    })
    .transform((wire): ImageConfig => ({
      entrypoint: wire.Entrypoint,
      command: wire.Cmd,
      env: wire.Env,
      exposedPorts: wire.ExposedPorts,
      volumes: wire.Volumes,
      user: wire.User,
      workingDir: wire.WorkingDir,
      labels: wire.Labels,
    })),
});

async function readTar(source: AsyncIterable<unknown> | Buffer): Promise<readonly StoredEntry[]> {
  const entries = extract();
  entries.end(Buffer.isBuffer(source) ? source : await buffer(source));
  const read: StoredEntry[] = [];
  for await (const entry of entries) {
    read.push({ header: entry.header, contents: await buffer(entry) });
  }
  return read;
}

function textAt(files: readonly StoredEntry[], name: string): string {
  return files.find(({ header }) => header.name === name)?.contents.toString() ?? '';
}

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#whiteouts */
function putLayer(store: Store, layer: readonly StoredEntry[]): void {
  for (const entry of layer) {
    const path = posix.join('/', entry.header.name).replace(/\/$/u, '');
    const { dir, base } = posix.parse(path);
    if (base === '.wh..wh..opq') removeBelow(store, dir);
    else if (base.startsWith('.wh.')) {
      const hidden = posix.join(dir, base.slice('.wh.'.length));
      store.delete(hidden);
      removeBelow(store, hidden);
    }
  }
  for (const entry of layer) {
    const path = posix.join('/', entry.header.name).replace(/\/$/u, '');
    if (!posix.basename(path).startsWith('.wh.')) store.set(path, entry);
  }
}

function removeBelow(store: Store, folder: string): void {
  for (const path of store.keys()) if (path.startsWith(`${folder}/`)) store.delete(path);
}

function filesOf(store: Store): ImageFiles {
  return {
    find: (path) => Promise.resolve(find(store, path)),
    read: (wanted) => {
      const read = wanted.flatMap(({ path, wantsContents }): readonly [string, ReadEntry][] => {
        const entry = entryAt(store, resolve(store, path) ?? '?');
        return entry === undefined ? [] : [[path, toReadEntry(entry, wantsContents)]];
      });
      return Promise.resolve(new Map(read));
    },
    walk: (folder, choose) => {
      if (find(store, folder).state !== 'there') return Promise.resolve(undefined);
      const walked = [...store].flatMap(([path, entry]) => {
        if (!path.startsWith(`${folder}/`)) return [];
        const below = path.slice(folder.length + 1).split('/');
        const kind = kindOfHeader(entry.header);
        const choice = choose(below, kind);
        if (choice === 'nothing') return [];
        return [{ ...toReadEntry(entry, choice === 'contents'), names: below, kind }];
      });
      return Promise.resolve(walked);
    },
  };
}

function toReadEntry({ header, contents }: StoredEntry, wantsContents: boolean): ReadEntry {
  return {
    uid: header.uid,
    gid: header.gid,
    linkName: header.type === 'symlink' ? header.linkname : undefined,
    contents: wantsContents && header.type === 'file' ? contents : undefined,
  };
}

const UNCLEAR = 'its links lead in circles';

function find(store: Store, path: string): PathFinding {
  const resolved = resolve(store, path);
  if (resolved === undefined || path === '') return { state: 'unclear', reason: UNCLEAR };
  const entry = entryAt(store, resolved);
  if (entry === undefined) return { state: 'absent' };
  const { header } = entry;
  const stat: PathStat = {
    name: posix.basename(path) || '/',
    sizeBytes: header.size,
    mode: goMode(header),
    linkTarget: header.type === 'symlink' ? linkTargetOf(store, resolved, header) : undefined,
  };
  return { state: 'there', stat, kind: kindOfMode(stat.mode) };
}

/** The engine makes it; no layer of a test has it. */
const topEntry: StoredEntry = {
  header: { name: '/', type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, linkname: '' },
  contents: Buffer.alloc(0),
};

function entryAt(store: Store, resolved: string): StoredEntry | undefined {
  return resolved === '' ? topEntry : store.get(resolved);
}

/** Follows the links above the last name. Absent for a loop. */
function resolve(store: Store, path: string, depth = 0): string | undefined {
  if (depth > 40) return undefined;
  const parts = posix
    .join('/', path)
    .split('/')
    .filter((part) => part !== '');
  let walked = '';
  for (const [index, part] of parts.entries()) {
    walked = `${walked}/${part}`;
    const header = store.get(walked)?.header;
    if (index === parts.length - 1 || header?.type !== 'symlink') continue;
    const target = posix.resolve(posix.dirname(walked), header.linkname);
    return resolve(store, posix.join(target, ...parts.slice(index + 1)), depth + 1);
  }
  return walked;
}

function linkTargetOf(store: Store, path: string, header: StoredHeader): string | undefined {
  let at = posix.resolve(posix.dirname(path), header.linkname);
  for (let depth = 0; depth < 40; depth += 1) {
    const resolved = resolve(store, at) ?? at;
    const next = store.get(resolved)?.header;
    if (next?.type !== 'symlink') return resolved;
    at = posix.resolve(posix.dirname(resolved), next.linkname);
  }
  return undefined;
}

const TYPE_BITS: Readonly<Partial<Record<Header['type'], number>>> = {
  directory: 1 << 31,
  symlink: 1 << 27,
  'block-device': 1 << 26,
  'character-device': (1 << 26) | (1 << 21),
  fifo: 1 << 25,
};

/** As the engine answers: the low bits of the header, and Go's own for kinds and special bits. */
function goMode({ type, mode }: StoredHeader): number {
  const special =
    ((mode & 0o4000) === 0 ? 0 : 1 << 23) |
    ((mode & 0o2000) === 0 ? 0 : 1 << 22) |
    ((mode & 0o1000) === 0 ? 0 : 1 << 20);
  return ((TYPE_BITS[type] ?? 0) | special | (mode & 0o777)) >>> 0;
}
