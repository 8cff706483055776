import { createHash, randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import type { Engine, ImageRecord } from '../../src/engine/contract.ts';
import { packEntries, withFolders, type LayerEntry } from '../../src/engine/image-archive.ts';
import { digestOf, hexOf, type Digest } from '../../src/kernel/digest.ts';
import { noiseAndDigits } from './sample-data.ts';

/** An image of one large layer; disposing it removes it from the engine. */
export interface LargeImage extends AsyncDisposable {
  readonly record: ImageRecord;
}

/** What an image has besides its large layer. */
export interface SmallParts {
  /** A second layer. @default none */
  readonly entries?: readonly LayerEntry[] | undefined;
  /** @default empty */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

interface Layer {
  readonly diffId: Digest;
  readonly sizeBytes: number;
}

/** Made as a stream, twice: once for the digest that its config needs, once for the engine. */
export async function loadLargeImage(
  engine: Engine,
  sizeBytes: number,
  more: SmallParts = {},
): Promise<LargeImage> {
  const key = randomBytes(16);
  const layer = await measureLayer(sizeBytes, key);
  const second = await packEntries(withFolders(more.entries ?? []));
  const secondId = digestOf(second);
  const created = new Date(0).toISOString();
  const config = JSON.stringify({
    architecture: engine.info.platform.architecture,
    os: 'linux',
    config: more.config ?? {},
    rootfs: { type: 'layers', diff_ids: [layer.diffId, secondId] },
    history: [layer.diffId, secondId].map(() => ({ created, created_by: 'bench' })),
  });
  const id = digestOf(config);
  const ref = `seatrial-bench/large-${key.toString('hex')}:latest`;
  const layerName = `${hexOf(layer.diffId)}/layer.tar`;
  const secondName = `${hexOf(secondId)}/layer.tar`;
  const layers = [layerName, secondName];
  const manifest = [{ Config: `${hexOf(id)}.json`, RepoTags: [ref], Layers: layers }];
  const tar = pack();
  const written = (async () => {
    const entry = tar.entry({ name: layerName, size: layer.sizeBytes });
    await pipeline(layerTar(sizeBytes, key), entry);
    tar.entry({ name: secondName }, second);
    tar.entry({ name: `${hexOf(id)}.json` }, config);
    tar.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
    tar.finalize();
  })();
  await Promise.all([engine.images.load(Readable.from(tar)), written]);
  const record = await engine.images.inspect(ref);
  if (record === undefined) throw new Error(`${ref} was loaded, but the engine does not have it`);
  return { record, [Symbol.asyncDispose]: () => engine.images.remove(ref) };
}

async function measureLayer(sizeBytes: number, key: Buffer): Promise<Layer> {
  const hash = createHash('sha256');
  let tarBytes = 0;
  await pipeline(
    layerTar(sizeBytes, key),
    new Writable({
      write: (chunk: Buffer, _, done) => {
        hash.update(chunk);
        tarBytes += chunk.length;
        done();
      },
    }),
  );
  return { diffId: `sha256:${hash.digest('hex')}`, sizeBytes: tarBytes };
}

function layerTar(sizeBytes: number, key: Buffer): Pack {
  const tar = pack();
  const entry = tar.entry({ name: 'data.bin', size: sizeBytes, mtime: new Date(0) });
  pipeline(Readable.from(noiseAndDigits(sizeBytes, key)), entry).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return tar;
}
