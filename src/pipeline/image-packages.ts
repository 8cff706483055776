import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  layerRecordsSchema,
  scanLayer,
  SCAN_VERSION,
  type LayerRecords,
} from '../evidence/sbom/layer-scan.ts';
import { mergeLayers, type ImagePackages } from '../evidence/sbom/merge-layers.ts';
import { hexOf } from '../kernel/digest.ts';
import type { PackedImage, PackedLayer } from '../ship/packed-image.ts';
import type { BlobStore } from '../ship/store.ts';

/**
 * What is installed in a packed image, read from its layers. What a layer records is kept beside it: images of
 * one project share most of them.
 */
export async function readImagePackages(
  packed: PackedImage,
  store: BlobStore,
  signal: AbortSignal,
): Promise<ImagePackages> {
  const layers: LayerRecords[] = [];
  for (const layer of packed.layers) layers.push(await readLayer(layer, store, signal));
  return mergeLayers(layers);
}

async function readLayer(
  layer: PackedLayer,
  store: BlobStore,
  signal: AbortSignal,
): Promise<LayerRecords> {
  const name = `packages-${hexOf(layer.diffId)}-${SCAN_VERSION}.json`;
  const kept = parseRecords(await store.readRecord(name));
  if (kept !== undefined) return kept;
  const tar = createGunzip();
  // A file that cannot be read ends the tar with the same error, which the scan reports.
  pipeline(store.open(layer.digest), tar, () => undefined);
  const records = await scanLayer(tar, { signal });
  // What could not be read whole is tried again the next time.
  if (records.problem === undefined) await store.writeRecord(name, JSON.stringify(records));
  return records;
}

function parseRecords(text: string | undefined): LayerRecords | undefined {
  if (text === undefined) return undefined;
  try {
    return layerRecordsSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    // A record that is no JSON is a cache miss; anything else is not ours to hide.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
