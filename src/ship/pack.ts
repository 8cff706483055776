import { createHash } from 'node:crypto';
import type { Header } from 'tar-stream';
import type { Engine, ImageRecord } from '../engine/contract.ts';
import { digestOf, hexOf, shortDigest, type Digest } from '../kernel/digest.ts';
import { ShipError } from './errors.ts';
import { gzipBlocks } from './gzip-blocks.ts';
import { MAX_DOCUMENT_BYTES } from './image-source.ts';
import {
  imageConfigSchema,
  mediaTypes,
  packedImageSchema,
  renderManifest,
  type PackedImage,
  type PackedLayer,
} from './packed-image.ts';
import { findPacked, keepPacked, PACKER_VERSION, readRecordAs } from './packed-record.ts';
import type { BlobStore } from './store.ts';
import { readEntries, readWhole, type TarEntry } from './tar-entries.ts';

/** Programs get 3 % larger than at level 6, in half the time: worth it on every faster line than 10 Mbit/s. */
const GZIP_LEVEL = 4;

export interface PackOptions {
  readonly engine: Engine;
  readonly image: ImageRecord;
  readonly store: BlobStore;
  readonly signal: AbortSignal;
  /** Told as uncompressed bytes go by. */
  readonly onBytes?: ((sizeBytes: number) => void) | undefined;
  /** Somebody who reads along while a layer is packed: its bytes go by only once. */
  readonly watchLayer?: (() => LayerWatcher) | undefined;
}

export interface LayerWatcher {
  /** Packing goes on when this resolves. */
  write(chunk: Uint8Array): Promise<void>;
  /** Called when the layer is packed. */
  end(diffId: Digest): Promise<void>;
}

/**
 * Makes manifest, config and compressed layers of an engine's image in the store, before any upload, and
 * checks the chain on the way: image id = config digest, layer digests = diff ids. What the store has is
 * not packed again.
 * @throws {ShipError} IDENTITY_BROKEN when the engine's bytes are not the image's
 */
export async function packImage(options: PackOptions): Promise<PackedImage> {
  const { image, store } = options;
  const known = await findPacked(store, { imageId: image.id, origin: 'packed' });
  if (known !== undefined) return known;

  const first = await readSavedImage(options);
  const found = first.isIncomplete ? await readSavedImage(options) : first;
  const config = await store.write([verifiedConfig(image, found.config)]);
  const layers = image.diffIds.map((diffId) => layerOf(image, diffId, found.layers));
  const manifest = await store.write([Buffer.from(renderManifest({ config, layers }))]);
  const packed: PackedImage = {
    imageId: image.id,
    origin: 'packed',
    manifest: { ...manifest, mediaType: mediaTypes.manifest },
    config,
    layers,
  };
  await keepPacked(store, packed);
  return packed;
}

interface SavedImage {
  /** Whether a hint turned out to be wrong: its layer is missing, and the next reading packs it. */
  readonly isIncomplete: boolean;
  readonly config: Buffer | undefined;
  readonly layers: ReadonlyMap<Digest, PackedLayer>;
}

/** Reads the engine's `save` tar once, packing each layer that the store does not have. */
async function readSavedImage(options: PackOptions): Promise<SavedImage> {
  const { engine, image, signal } = options;
  let config: Buffer | undefined;
  let isIncomplete = false;
  const layers = new Map<Digest, PackedLayer>();
  await readEntries(await engine.images.save(image.id, signal), async (entry) => {
    signal.throwIfAborted();
    const kind = kindOf(entry.header, image);
    if (kind === 'config') config = await readConfig(entry);
    else if (kind === 'layer') {
      const layer = await packLayer(entry, options);
      if (layer === undefined) isIncomplete = true;
      else layers.set(layer.diffId, layer);
    } else entry.skip();
  });
  return { isIncomplete, config, layers };
}

/**
 * Both forms that engines write: `<id>/layer.tar` and `<id>.json`, and since Docker 25 an OCI layout with
 * `blobs/sha256/<hex>`.
 * @see https://github.com/moby/moby/blob/master/image/spec/README.md
 */
function kindOf(header: Header, image: ImageRecord): 'config' | 'layer' | 'other' {
  if (header.type !== 'file') return 'other';
  const imageHex = hexOf(image.id);
  if (header.name === `${imageHex}.json`) return 'config';
  if (header.name.endsWith('/layer.tar')) return 'layer';
  const blob = /^blobs\/sha256\/([a-f0-9]{64})$/u.exec(header.name)?.[1];
  if (blob === undefined) return 'other';
  if (blob === imageHex) return 'config';
  return image.diffIds.includes(`sha256:${blob}`) ? 'layer' : 'other';
}

async function readConfig(entry: TarEntry): Promise<Buffer> {
  const bytes = await readWhole(entry, MAX_DOCUMENT_BYTES);
  if (bytes !== undefined) return bytes;
  throw new ShipError(
    'IDENTITY_BROKEN',
    `the image config is larger than ${MAX_DOCUMENT_BYTES} bytes`,
  );
}

const layerRecordSchema = packedImageSchema.shape.layers.element;

/**
 * The tar names a layer by something else than its diff id. What that name held before is a hint that lets
 * us hash without compressing; the hash decides, never the hint. Absent when the hint was wrong: the bytes
 * have gone by then and must be read again.
 */
async function packLayer(entry: TarEntry, options: PackOptions): Promise<PackedLayer | undefined> {
  const { store } = options;
  const hintName = `entry-${digestOf(entry.header.name).slice(7)}-${PACKER_VERSION}.json`;
  const hint = await readRecordAs(layerRecordSchema, store, hintName);
  const diff = createHash('sha256');
  const isHinted = hint !== undefined && (await store.has(hint));
  const watcher = isHinted ? undefined : options.watchLayer?.();
  const bytes = tapping(entry.bytes, async (chunk) => {
    diff.update(chunk);
    options.onBytes?.(chunk.length);
    await watcher?.write(chunk);
  });
  if (isHinted) {
    for await (const chunk of bytes) void chunk;
    if (`sha256:${diff.digest('hex')}` === hint.diffId) return hint;
    await store.writeRecord(hintName, 'wrong');
    return undefined;
  }
  const blob = await store.write(gzipBlocks(bytes, GZIP_LEVEL));
  const layer: PackedLayer = {
    ...blob,
    diffId: `sha256:${diff.digest('hex')}`,
    mediaType: mediaTypes.layer,
  };
  await store.writeRecord(hintName, JSON.stringify(layer));
  await watcher?.end(layer.diffId);
  return layer;
}

function verifiedConfig(image: ImageRecord, config: Buffer | undefined): Buffer {
  if (config === undefined)
    throw new ShipError('IDENTITY_BROKEN', `the engine saved ${image.id} without its config`);
  const digest = digestOf(config);
  if (digest !== image.id)
    throw new ShipError(
      'IDENTITY_BROKEN',
      `the engine saved a config with digest ${digest} for image ${image.id}`,
    );
  const parsed = imageConfigSchema.safeParse(JSON.parse(config.toString('utf8')));
  const diffIds = parsed.success ? parsed.data.rootfs.diff_ids : [];
  if (diffIds.join() !== image.diffIds.join())
    throw new ShipError(
      'IDENTITY_BROKEN',
      `the config of ${image.id} lists other layers than the engine`,
      { details: { config: diffIds, engine: image.diffIds } },
    );
  return config;
}

function layerOf(
  image: ImageRecord,
  diffId: Digest,
  layers: ReadonlyMap<Digest, PackedLayer>,
): PackedLayer {
  const layer = layers.get(diffId);
  if (layer !== undefined) return layer;
  throw new ShipError(
    'IDENTITY_BROKEN',
    `no layer that the engine saved has the digest ${diffId} that image ${shortDigest(image.id)} lists`,
    { details: { saved: [...layers.keys()] } },
  );
}

async function* tapping(
  bytes: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    await onChunk(chunk);
    yield chunk;
  }
}
