import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSmallDisk } from '../../host/testing/small-disk.ts';
import { openRepository } from '../client/open-repository.ts';
import { quickLimits } from '../testing/faulty-registry.ts';
import { randomBlob } from '../testing/sample-image.ts';
import { serveRegistry } from './serve-registry.ts';

const MiB = 1024 ** 2;

test('a registry whose disk is full says so, keeps nothing of it, and goes on', async () => {
  await using disk = await openSmallDisk({ sizeBytes: 2 * MiB });
  await using served = await serveRegistry({ folder: join(disk.path, 'registry') });
  await using repository = openRepository({
    repository: `${served.host}/app`,
    env: {},
    limits: { ...quickLimits, attempts: 3 },
  });
  const large = randomBlob(4 * MiB);

  const upload = repository.blobs.upload(large);

  await expect(upload).rejects.toMatchObject({ code: 'UPLOAD_FAILED' });
  await expect(upload).rejects.toThrow('the disk is full');
  expect(await repository.blobs.sizeOf(large.digest)).toBeUndefined();
  const small = randomBlob(MiB);
  expect((await repository.blobs.upload(small)).how).toBe('uploaded');
});

test('a registry on a read-only disk is REGISTRY_FOLDER_UNUSABLE', async () => {
  await using disk = await openSmallDisk({ sizeBytes: MiB });
  await disk.makeReadOnly();

  const serve = serveRegistry({ folder: join(disk.path, 'registry') });

  await expect(serve).rejects.toMatchObject({ code: 'REGISTRY_FOLDER_UNUSABLE' });
  expect(await readdir(disk.path)).toEqual([]);
});
