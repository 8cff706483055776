import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { digestOf, hexOf, type Digest } from '../kernel/digest.ts';

/** One file, folder or link of a layer. */
export interface LayerEntry {
  /** Absolute path in the image. */
  readonly path: string;
  readonly contents?: Uint8Array | string | undefined;
  /** Present: a symbolic link. */
  readonly linkTo?: string | undefined;
  readonly isFolder?: boolean | undefined;
  /** @default 0o644, and 0o755 for folders */
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** An image made by hand: its id on a graph store is the digest of the config. */
export interface ImageArchive {
  readonly id: Digest;
  /** A `docker save` tar. */
  open(): Readable;
}

export interface ImageArchiveOptions {
  readonly layers: readonly (readonly LayerEntry[])[];
  /** `config` of the image. @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md */
  readonly config: Readonly<Record<string, unknown>>;
  /** As Go says it: `amd64`. */
  readonly architecture: string;
  /** `v7`. @default none */
  readonly variant?: string | undefined;
  /** Tag to load it under; absent: untagged. */
  readonly ref?: string | undefined;
}

/** All times are this one, so that equal contents are equal bytes. */
const EPOCH = new Date(0);

/**
 * Makes a whole image without a build. Equal options give equal bytes.
 * @see https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#combined-image-json--filesystem-changeset-format
 */
export async function createImageArchive(options: ImageArchiveOptions): Promise<ImageArchive> {
  const layers = await Promise.all(
    options.layers.map(async (entries) => {
      const bytes = await packEntries(entries);
      return { bytes, diffId: digestOf(bytes) };
    }),
  );
  const config = JSON.stringify({
    created: EPOCH.toISOString(),
    architecture: options.architecture,
    os: 'linux',
    ...(options.variant === undefined ? {} : { variant: options.variant }),
    config: options.config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created: EPOCH.toISOString(), created_by: 'seatrial' })),
  });
  const id = digestOf(config);
  const manifest = [
    {
      Config: `${hexOf(id)}.json`,
      RepoTags: options.ref === undefined ? null : [options.ref],
      Layers: layers.map(({ diffId }) => layerPath(diffId)),
    },
  ];
  const archive = await packEntries([
    ...layers.map(({ bytes, diffId }) => ({ path: layerPath(diffId), contents: bytes })),
    { path: `${hexOf(id)}.json`, contents: config },
    { path: 'manifest.json', contents: JSON.stringify(manifest) },
  ]);
  return Object.freeze({ id, open: () => Readable.from([archive]) });
}

/** A tar of entries, in the order given, without anything that changes from run to run. */
export async function packEntries(entries: readonly LayerEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const entry of entries) tar.entry(headersOf(entry), contentsOf(entry));
  tar.finalize();
  return await buffer(tar);
}

function layerPath(diffId: Digest): string {
  return `${hexOf(diffId)}/layer.tar`;
}

function contentsOf({ contents = '' }: LayerEntry): Buffer {
  return typeof contents === 'string' ? Buffer.from(contents) : Buffer.from(contents);
}

type Header = Parameters<ReturnType<typeof pack>['entry']>[0];

function headersOf(entry: LayerEntry): Header {
  const common = {
    name: entry.path.replace(/^\/+/u, ''),
    mtime: EPOCH,
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
  };
  if (entry.linkTo !== undefined) {
    return { ...common, type: 'symlink', linkname: entry.linkTo, mode: 0o777 };
  }
  if (entry.isFolder === true) return { ...common, type: 'directory', mode: entry.mode ?? 0o755 };
  return { ...common, type: 'file', mode: entry.mode ?? 0o644 };
}

/** Every folder above the entries that no entry makes itself, parents first. */
export function withFolders(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const given = new Set(entries.map(({ path }) => path));
  const missing = new Set<string>();
  for (const { path } of entries) {
    const parts = path.split('/').slice(1, -1);
    parts.forEach((_, index) => {
      const folder = `/${parts.slice(0, index + 1).join('/')}`;
      if (!given.has(folder)) missing.add(folder);
    });
  }
  const folders = [...missing].sort().map((path) => ({ path, isFolder: true }));
  return [...folders, ...entries];
}
