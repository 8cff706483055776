import type { Readable } from 'node:stream';
import type { Header } from 'tar-stream';
import { z } from 'zod';
import { isPacked, peek, readBeginning, readTar, unpack, type Bytes } from './entry-stream.ts';
import { EngineError } from './errors.ts';

/** A file, folder or link as a layer has it. */
export interface SavedFile<Facts = unknown> {
  /** Absolute path in the image. */
  readonly path: string;
  readonly type: 'file' | 'folder' | 'symlink' | 'hardlink' | 'other';
  /** Permissions with the bits for setuid, setgid and sticky: `0o4755`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** Target of a link: as written for a symbolic one, an absolute path for a hard one. */
  readonly linkTo?: string | undefined;
  /** Whether it carries `security.capability`. */
  readonly hasCapabilities: boolean;
  /** What the reader's `inspect` found in its contents. */
  readonly facts?: Facts | undefined;
}

export interface SavedLayer<Facts = unknown> {
  /** In the order of the layer. */
  readonly files: readonly SavedFile<Facts>[];
  /** Paths that are gone, with all below them. */
  readonly removed: readonly string[];
  /** Folders whose contents from below are gone. */
  readonly emptied: readonly string[];
}

/** An image read from what `docker save` writes. */
export interface SavedImage<Facts = unknown> {
  /** The image's configuration, as JSON. @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md */
  readonly config: string;
  /** The lowest first. */
  readonly layers: readonly SavedLayer<Facts>[];
  /** Why not every file is there; absent when all are. */
  readonly problem?: string | undefined;
}

export interface ReadSavedImageOptions<Facts> {
  readonly signal: AbortSignal;
  /** Looks into a regular file while it goes by, and may leave it at any point. @default nothing is looked into */
  readonly inspect?: (file: SavedFile, content: Bytes) => Promise<Facts | undefined>;
  /** Of all layers together. @default 1,000,000 */
  readonly mostFiles?: number | undefined;
}

const MOST_FILES = 1_000_000;
const MOST_DOCUMENT_BYTES = 4 * 1024 ** 2;
const TAR_BLOCK_BYTES = 512;
const BRACE = '{'.charCodeAt(0);

/**
 * Reads the `docker save` tar of one image once, in bounded memory, without a container and without unpacking
 * anything to anywhere. Knows the form with `<id>/layer.tar`, and the OCI layout that Docker writes since 25.
 * @throws {EngineError} ENGINE_FAILED when the tar holds no image
 * @see https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#combined-image-json--filesystem-changeset-format
 */
export async function readSavedImage<Facts>(
  saved: Readable,
  options: ReadSavedImageOptions<Facts>,
): Promise<SavedImage<Facts>> {
  const budget = { left: options.mostFiles ?? MOST_FILES };
  const documents = new Map<string, string>();
  const layers = new Map<string, SavedLayer<Facts>>();
  const links = new Map<string, string>();
  await readTar(
    saved,
    async (header, content) => {
      if (header.type === 'symlink') links.set(header.name, besides(header));
      if (header.type !== 'file') return;
      const { beginning, whole } = await peek(content, TAR_BLOCK_BYTES);
      if (isDocument(header, beginning))
        documents.set(header.name, (await readBeginning(whole, MOST_DOCUMENT_BYTES)).toString());
      else if (isLayer(header, beginning))
        layers.set(header.name, await readLayer(unpack(beginning, whole), options, budget));
    },
    options.signal,
  );
  return {
    ...assemble({ documents, layers, links }),
    ...(budget.left < 0 ? { problem: 'the image has more files than anyone has' } : {}),
  };
}

/** Where a symbolic link of the outer tar leads: `../<id>/layer.tar` beside the folder that holds it. */
function besides({ name, linkname }: Header): string {
  const base = `/${name}`;
  return new URL(linkname ?? '', `file://${base}`).pathname.slice(1);
}

function isDocument({ name }: Header, beginning: Buffer): boolean {
  if (name === 'manifest.json') return true;
  return beginning[0] === BRACE && /^(?:[^/]+\.json|blobs\/[^/]+\/[^/]+)$/u.test(name);
}

/** An empty layer is two blocks of zeros. */
function isLayer({ size }: Header, beginning: Buffer): boolean {
  if (isPacked(beginning)) return true;
  const magic = beginning.toString('latin1', 257, 262);
  return (
    size >= 2 * TAR_BLOCK_BYTES && (magic === 'ustar' || beginning.every((byte) => byte === 0))
  );
}

interface Budget {
  left: number;
}

async function readLayer<Facts>(
  tar: Readable,
  { signal, inspect }: ReadSavedImageOptions<Facts>,
  budget: Budget,
): Promise<SavedLayer<Facts>> {
  const files: SavedFile<Facts>[] = [];
  const removed: string[] = [];
  const emptied: string[] = [];
  await readTar(
    tar,
    async (header, content) => {
      const path = pathOf(header.name);
      if (path === undefined) return;
      budget.left -= 1;
      if (budget.left < 0) return;
      const slash = path.lastIndexOf('/');
      const [folder, name] = [path.slice(0, slash), path.slice(slash + 1)];
      if (name === OPAQUE) emptied.push(folder === '' ? '/' : folder);
      else if (name.startsWith(WHITEOUT)) removed.push(`${folder}/${name.slice(WHITEOUT.length)}`);
      else {
        const file = toFile(path, header);
        const facts = file.type === 'file' ? await inspect?.(file, content) : undefined;
        files.push(facts === undefined ? file : { ...file, facts });
      }
    },
    signal,
  );
  return { files, removed, emptied };
}

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#whiteouts */
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** Absent for the root, and for a path that leads out of the image: no honest layer has one. */
function pathOf(name: string): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') || name.includes('\0')
    ? undefined
    : `/${parts.join('/')}`;
}

const TYPES: Readonly<Record<string, SavedFile['type']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'folder',
  symlink: 'symlink',
  link: 'hardlink',
};

const PERMISSIONS = 0o7777;
const CAPABILITY = 'SCHILY.xattr.security.capability';

function toFile(path: string, header: Header): SavedFile<never> {
  const type = TYPES[header.type ?? ''] ?? 'other';
  return {
    path,
    type,
    mode: header.mode & PERMISSIONS,
    uid: header.uid,
    gid: header.gid,
    sizeBytes: type === 'file' ? header.size : 0,
    ...linkOf(type, header.linkname ?? ''),
    hasCapabilities: Object.hasOwn(header.pax ?? {}, CAPABILITY),
  };
}

function linkOf(type: SavedFile['type'], target: string): Pick<SavedFile, 'linkTo'> {
  if (type === 'symlink') return { linkTo: target };
  return type === 'hardlink' ? { linkTo: pathOf(target) } : {};
}

const manifestSchema = z
  .array(z.object({ Config: z.string(), Layers: z.array(z.string()).nullable() }))
  .min(1);

function assemble<Facts>(saved: {
  readonly documents: ReadonlyMap<string, string>;
  readonly layers: ReadonlyMap<string, SavedLayer<Facts>>;
  readonly links: ReadonlyMap<string, string>;
}): SavedImage<Facts> {
  const [image] = readManifest(saved.documents.get('manifest.json'));
  const config = saved.documents.get(image?.Config ?? '');
  if (image === undefined || config === undefined)
    throw notUnderstood('the configuration is not there');
  const layers = (image.Layers ?? []).map((name) => {
    const layer = saved.layers.get(name) ?? saved.layers.get(saved.links.get(name) ?? '');
    if (layer === undefined) throw notUnderstood(`the layer ${name} is not there`);
    return layer;
  });
  return { config, layers };
}

function readManifest(text: string | undefined): z.infer<typeof manifestSchema> {
  if (text === undefined) throw notUnderstood('there is no manifest.json');
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw notUnderstood('manifest.json cannot be read', cause);
  }
}

function notUnderstood(what: string, cause?: unknown): EngineError {
  return new EngineError(
    'ENGINE_FAILED',
    `The engine saved an image in a form that is not understood: ${what}`,
    { cause },
  );
}
