import type { Readable } from 'node:stream';
import {
  layerRecordsSchema,
  openLayerScan,
  scanLayer,
  SCAN_VERSION,
  type LayerRecords,
} from '../evidence/sbom/layer-scan.ts';
import { mergeLayers, type ImagePackages } from '../evidence/sbom/merge-layers.ts';
import { hexOf, type Digest } from '../kernel/digest.ts';
import { unpackLayer } from '../ship/layer-bytes.ts';
import type { LayerWatcher } from '../ship/pack.ts';
import type { PackedImage, PackedLayer } from '../ship/packed-image.ts';
import type { BlobStore } from '../ship/store.ts';

/**
 * What is installed in a packed image, read from its layers. What a layer records is kept beside it: images of
 * one project share most of them.
 */
export async function readImagePackages(
  packed: PackedImage,
  from: PackageSource,
): Promise<ImagePackages> {
  const layers: LayerRecords[] = [];
  for (const layer of packed.layers) layers.push(await readLayer(layer, from));
  return mergeLayers(layers);
}

export interface PackageSource {
  /** Keeps what layers record. */
  readonly store: BlobStore;
  /** Gives the bytes of a layer as they are stored. */
  readonly open: (layer: PackedLayer) => Promise<Readable>;
  readonly signal: AbortSignal;
}

/** Reads the records of layers while they are packed. */
export function watchPackages(store: BlobStore, signal: AbortSignal): () => LayerWatcher {
  return () => {
    const scan = openLayerScan(signal);
    return {
      write: async (chunk) => await scan.write(chunk),
      end: async (diffId) => await keepRecords(store, diffId, await scan.end()),
    };
  };
}

async function readLayer(
  layer: PackedLayer,
  { store, open, signal }: PackageSource,
): Promise<LayerRecords> {
  const kept = parseRecords(await store.readRecord(nameOf(layer.diffId)));
  if (kept !== undefined) return kept;
  // A file that cannot be read ends the tar with the same error, which the scan reports.
  const tar = unpackLayer(layer.mediaType, await open(layer));
  const records = await scanLayer(tar, { signal });
  await keepRecords(store, layer.diffId, records);
  return records;
}

function nameOf(diffId: Digest): string {
  return `packages-${hexOf(diffId)}-${SCAN_VERSION}.json`;
}

/** What could not be read whole is tried again the next time. */
async function keepRecords(store: BlobStore, diffId: Digest, records: LayerRecords): Promise<void> {
  if (records.problem !== undefined) return;
  await store.writeRecord(nameOf(diffId), JSON.stringify(records));
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
