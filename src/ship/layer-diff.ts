import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { hexOf, isDigest, type Digest } from '../kernel/digest.ts';
import { messageOf, systemCodeOf } from '../kernel/errors.ts';
import { ShipError } from './errors.ts';
import { unpackLayer } from './layer-bytes.ts';
import type { LayerWatcher } from './pack.ts';
import type { PackedLayer } from './packed-image.ts';
import { readRecordAs } from './packed-record.ts';
import type { BlobStore } from './store.ts';

export interface LayerReading {
  readonly store: BlobStore;
  readonly signal: AbortSignal;
  /** Somebody who reads the tar along. */
  readonly watchLayer?: (() => LayerWatcher) | undefined;
}

type Layer = Pick<PackedLayer, 'digest' | 'mediaType'>;

const diffRecordSchema = z.object({ diffId: z.string().refine(isDigest) });

/**
 * What a compressed layer unpacks to. That is for good, so its bytes are opened only once.
 * @param open gives the bytes of the layer, and fails when they are not those of its digest
 * @throws {ShipError} IDENTITY_BROKEN when it does not unpack at all
 */
export async function diffIdOf(
  layer: Layer,
  open: () => Promise<Readable>,
  reading: LayerReading,
): Promise<Digest> {
  const { store } = reading;
  const name = `layer-${hexOf(layer.digest)}.json`;
  const known = await readRecordAs(diffRecordSchema, store, name);
  if (known !== undefined) return known.diffId;
  const diffId = await unpackAndHash(layer, await open(), reading);
  await store.writeRecord(name, JSON.stringify({ diffId }));
  return diffId;
}

async function unpackAndHash(
  { digest, mediaType }: Layer,
  source: Readable,
  { signal, watchLayer }: LayerReading,
): Promise<Digest> {
  const watcher = watchLayer?.();
  const hash = createHash('sha256');
  const tar = unpackLayer(mediaType, source);
  try {
    for await (const chunk of tar as AsyncIterable<Uint8Array>) {
      signal.throwIfAborted();
      hash.update(chunk);
      await watcher?.write(chunk);
    }
  } catch (error) {
    if (!isBadCompression(error)) throw error;
    throw new ShipError(
      'IDENTITY_BROKEN',
      `the layer ${digest} is no ${mediaType}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  const diffId: Digest = `sha256:${hash.digest('hex')}`;
  await watcher?.end(diffId);
  return diffId;
}

/** @see https://nodejs.org/api/zlib.html#constants */
function isBadCompression(error: unknown): boolean {
  return /^(?:Z_|ZSTD_)/u.test(systemCodeOf(error) ?? '');
}
