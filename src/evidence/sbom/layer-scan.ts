import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { z } from 'zod';
import { messageOf } from '../../kernel/errors.ts';
import { parseApkInstalled } from './apk.ts';
import { parseDpkgStatus } from './dpkg.ts';
import { parsePackageJson } from './npm.ts';
import { parseOsRelease } from './os-release.ts';

const packageSchema = z.object({
  kind: z.enum(['deb', 'apk', 'npm']),
  name: z.string(),
  version: z.string(),
  architecture: z.string().optional(),
  license: z.string().optional(),
});

/** What one layer adds to, and takes from, the records of packages below it. Worth keeping: it never changes. */
export const layerRecordsSchema = z.object({
  /** By path without the leading slash. */
  files: z.array(
    z.object({
      path: z.string(),
      packages: z.array(packageSchema),
      os: z.object({ id: z.string(), versionId: z.string().optional() }).optional(),
    }),
  ),
  /** Paths that are gone, with all below them. */
  removed: z.array(z.string()),
  /** Folders whose contents from below are gone. */
  emptied: z.array(z.string()),
  /** Why not all of it could be read; absent when all was. */
  problem: z.string().optional(),
});

export type LayerRecords = z.infer<typeof layerRecordsSchema>;

export interface ScanLimits {
  /** Of one file. */
  readonly fileBytes: number;
  /** Of all records of a layer. */
  readonly packages: number;
  /** Whiteouts and links. */
  readonly removals: number;
}

const defaultLimits: ScanLimits = {
  fileBytes: 32 * 1024 ** 2,
  packages: 50_000,
  removals: 200_000,
};

/** Raised when the same layer would give other records. */
export const SCAN_VERSION = '1';

/**
 * Reads the records of package managers from the tar of a layer, without unpacking anything to anywhere.
 * A layer that cannot be read to its end gives what was found until then, and says so.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#whiteouts
 */
export async function scanLayer(
  layer: Readable,
  options: { readonly signal: AbortSignal; readonly limits?: Partial<ScanLimits> },
): Promise<LayerRecords> {
  const limits = { ...defaultLimits, ...options.limits };
  const found: LayerRecords = { files: [], removed: [], emptied: [] };
  const counts = { packages: 0, removals: 0 };
  const tar = extract();
  let broken: Error | undefined;
  layer.on('error', (error) => {
    broken ??= error;
    tar.destroy(error);
  });
  layer.pipe(tar);
  try {
    for await (const entry of tar) {
      options.signal.throwIfAborted();
      const path = pathOf(entry.header);
      const removal = path === undefined ? undefined : removalOf(path, entry.header);
      if (removal !== undefined) {
        counts.removals += 1;
        if (counts.removals > limits.removals)
          throw new Error('removes more files than anyone has');
        found[removal.kind].push(removal.path);
      }
      const parse = path === undefined ? undefined : parserOf(path);
      if (parse === undefined || path === undefined || entry.header.type !== 'file') {
        entry.resume();
        continue;
      }
      const text = await readText(entry, { sizeBytes: entry.header.size, limits });
      const records = parse(text);
      counts.packages += records.packages.length;
      if (counts.packages > limits.packages)
        throw new Error('records more packages than anyone has');
      found.files.push({ path, ...records });
    }
  } catch (error) {
    options.signal.throwIfAborted();
    // Whatever a hostile layer does to the reader, the rest of the image still has its records.
    return { ...found, problem: messageOf(broken ?? error).slice(0, 200) };
  } finally {
    layer.destroy();
  }
  return found;
}

/** The same for a layer whose bytes somebody else reads, in the order in which they go by. */
export interface LayerScan {
  /** Resolves when more can be taken. Never fails: what is wrong with the layer is part of its records. */
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<LayerRecords>;
}

export function openLayerScan(signal: AbortSignal): LayerScan {
  const layer = new PassThrough();
  const records = scanLayer(layer, { signal });
  // A cancelled run hears of it where it is waited for.
  const isOver = records.then(
    () => undefined,
    () => undefined,
  );
  return {
    write: async (chunk) => {
      if (layer.destroyed || layer.write(chunk)) return;
      await Promise.race([isOver, once(layer, 'drain')]);
    },
    end: async () => {
      layer.end();
      return await records;
    },
  };
}

type FileRecords = Pick<LayerRecords['files'][number], 'packages' | 'os'>;

const parsers: readonly (readonly [RegExp, (text: string) => FileRecords])[] = [
  [
    /^var\/lib\/dpkg\/status(?:\.d\/[^/]+(?<!\.md5sums))?$/u,
    (text) => ({ packages: [...parseDpkgStatus(text)] }),
  ],
  [/^(?:usr\/)?lib\/apk\/db\/installed$/u, (text) => ({ packages: [...parseApkInstalled(text)] })],
  [
    /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@][^/]*\/package\.json$/u,
    (text) => ({ packages: [...parsePackageJson(text)] }),
  ],
  [
    /^(?:usr\/lib|etc)\/os-release$/u,
    (text) => {
      const os = parseOsRelease(text);
      return { packages: [], ...(os === undefined ? {} : { os: { ...os } }) };
    },
  ],
];

/** Reads what package managers record in a file; absent for any other file. */
export function parserOf(path: string): ((text: string) => FileRecords) | undefined {
  return parsers.find(([pattern]) => pattern.test(path))?.[1];
}

/** Absent for a path that leads out of the image: no honest layer has one. */
function pathOf({ name }: Header): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') || name.includes('\0') ? undefined : parts.join('/');
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

function removalOf(
  path: string,
  { type }: Header,
): { readonly kind: 'removed' | 'emptied'; readonly path: string } | undefined {
  const slash = path.lastIndexOf('/') + 1;
  const [folder, name] = [path.slice(0, slash), path.slice(slash)];
  if (name === OPAQUE) return { kind: 'emptied', path: folder.slice(0, -1) };
  if (name.startsWith(WHITEOUT))
    return { kind: 'removed', path: folder + name.slice(WHITEOUT.length) };
  // A link in the place of a folder hides the folder.
  return type === 'symlink' || type === 'link' ? { kind: 'removed', path } : undefined;
}

async function readText(
  entry: AsyncIterable<unknown>,
  file: { readonly sizeBytes: number | undefined; readonly limits: ScanLimits },
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const isTooLarge = (file.sizeBytes ?? 0) > file.limits.fileBytes;
  for await (const piece of entry) {
    // A byte stream without an encoding gives bytes and nothing else; its type does not say so.
    if (!(piece instanceof Uint8Array) || isTooLarge) continue;
    sizeBytes += piece.length;
    if (sizeBytes <= file.limits.fileBytes) pieces.push(piece);
  }
  if (isTooLarge || sizeBytes > file.limits.fileBytes)
    throw new Error('has a record of packages that is larger than any');
  return Buffer.concat(pieces).toString('utf8');
}
