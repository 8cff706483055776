import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BlobSource } from './contract.ts';
import { OCI_MANIFEST } from './media-types.ts';
import { putCompleteManifest } from './put-complete-manifest.ts';
import { startFaultyRegistry, type FaultyRegistry } from './testing/faulty-registry.ts';
import { manifestOf, randomBlob } from './testing/sample-image.ts';

/** What a garbage collection that runs in between does. */
async function collectBlobs(registry: FaultyRegistry): Promise<void> {
  const files = await readdir(registry.folder, { recursive: true });
  const blobs = files.filter((path) => /(?:^|\/)[a-f0-9]{64}$/u.test(path));
  await Promise.all(blobs.map(async (path) => await rm(join(registry.folder, path))));
}

function manifestNaming(config: BlobSource): Uint8Array {
  const { bytes } = manifestOf({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: config.digest,
      size: config.sizeBytes,
    },
    layers: [],
  });
  return bytes;
}

test('a blob that is collected before its manifest comes is sent again', async () => {
  await using registry = await startFaultyRegistry();
  await using repository = registry.open();
  const blob = randomBlob(1000);
  const bytes = manifestNaming(blob);
  let isCollected = false;

  const put = await putCompleteManifest(
    {
      ...repository,
      manifests: {
        ...repository.manifests,
        put: async (manifest) => {
          if (!isCollected) await collectBlobs(registry);
          isCollected = true;
          return await repository.manifests.put(manifest);
        },
      },
    },
    { bytes, mediaType: OCI_MANIFEST, blobs: [blob] },
  );

  expect(await repository.blobs.sizeOf(blob.digest)).toBe(1000);
  expect((await repository.manifests.read(put.digest))?.bytes).toEqual(Buffer.from(bytes));
});

test('a blob that is gone each time ends in MANIFEST_INCOMPLETE', async () => {
  await using registry = await startFaultyRegistry();
  await using repository = registry.open();
  const blob = randomBlob(1000);
  let puts = 0;

  const putting = putCompleteManifest(
    {
      ...repository,
      manifests: {
        ...repository.manifests,
        put: async (manifest) => {
          puts += 1;
          await collectBlobs(registry);
          return await repository.manifests.put(manifest);
        },
      },
    },
    {
      bytes: manifestNaming(blob),
      mediaType: OCI_MANIFEST,
      blobs: [blob],
    },
  );

  await expect(putting).rejects.toMatchObject({ code: 'MANIFEST_INCOMPLETE' });
  expect(puts).toBe(4);
});
