import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../kernel/digest.ts';
import type { Repository } from '../contract.ts';
import type { Endpoint, Fault } from '../embedded/faults.ts';
import { startFaultyRegistry } from '../testing/faulty-registry.ts';
import { randomBlob, uploadSampleImage } from '../testing/sample-image.ts';

const MiB = 1024 ** 2;
/** So large that it goes in chunks. */
const LARGE_BYTES = 8 * MiB + 5;
const limits = { chunkBytes: 4 * MiB, attempts: 8 };

/** Uses every endpoint that a push, a pull and a look for evidence use. */
async function pushAndPull(repository: Repository): Promise<void> {
  const large = randomBlob(LARGE_BYTES);
  await repository.blobs.upload(large);
  const manifest = await uploadSampleImage(repository);
  await repository.manifests.put({ ...manifest, reference: 'v1' });
  const contents = await repository.blobs.read(large.digest);
  expect(contents && (await buffer(contents.stream)).length).toBe(LARGE_BYTES);
  expect((await repository.manifests.head('v1'))?.digest).toBe(manifest.digest);
  expect(await repository.tags.list()).toEqual(['v1']);
  expect(await repository.manifests.referrers(manifest.digest)).toEqual([]);
}

const endpoints: readonly Endpoint[] = [
  'ping',
  'blob.head',
  'blob.get',
  'upload.post',
  'upload.get',
  'upload.patch',
  'upload.put',
  'manifest.head',
  'manifest.get',
  'manifest.put',
  'tags.list',
  'referrers.list',
];
/** The status of an upload is asked for only after its connection broke. */
const broken: Fault = { on: 'upload.patch', action: { kind: 'reset', afterBytes: 9 }, times: 1 };

const statuses = [429, 500, 502, 503, 504];

describe('a push and a pull succeed although each bad status comes once', () => {
  test.each(endpoints)('at %s', async (on) => {
    await using registry = await startFaultyRegistry([
      ...statuses.map((status): Fault => ({ on, action: { kind: 'status', status }, times: 1 })),
      ...(on === 'upload.get' ? [broken] : []),
    ]);

    await pushAndPull(registry.open({ limits }));

    const seen = registry.requests.map(({ status }) => status).filter((status) => status > 404);
    expect(seen.toSorted((a, b) => a - b)).toEqual(statuses);
  });
});

describe('what waiting cannot change is asked for once', () => {
  const quota = { code: 'DENIED', message: 'quota of 1 GB exceeded' };
  const readOnly = { code: 'UNSUPPORTED', message: 'the registry is read-only' };
  const refusals = [
    { what: 'a quota by 403', status: 403, said: quota, code: 'REGISTRY_DENIED' },
    { what: 'a quota by 413', status: 413, said: quota, code: 'REGISTRY_DENIED' },
    { what: 'a read-only registry', status: 405, said: readOnly, code: 'REGISTRY_UNSUPPORTED' },
  ];

  test.each(refusals)('$what, before an upload', async ({ status, said, code }) => {
    await using registry = await startFaultyRegistry([
      {
        on: 'upload.post',
        action: { kind: 'status', status, body: JSON.stringify({ errors: [said] }) },
      },
    ]);

    const upload = registry.open().blobs.upload(randomBlob(10));

    await expect(upload).rejects.toMatchObject({ code });
    await expect(upload).rejects.toThrow(said.message);
    expect(registry.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test.each(refusals)('$what, at a manifest', async ({ status, said, code }) => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const manifest = await uploadSampleImage(repository);
    registry.faults.set([
      {
        on: 'manifest.put',
        action: { kind: 'status', status, body: JSON.stringify({ errors: [said] }) },
      },
    ]);

    const put = repository.manifests.put({ ...manifest, reference: 'v1' });

    await expect(put).rejects.toMatchObject({ code });
    await expect(put).rejects.toThrow(said.message);
    const puts = registry.requests.filter(({ path }) => path === '/v2/app/manifests/v1');
    expect(puts).toHaveLength(1);
  });

  test('a registry in maintenance is asked again, and then believed', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open({ limits: { attempts: 3 } });
    const manifest = await uploadSampleImage(repository);
    registry.faults.set([
      { on: 'manifest.put', action: { kind: 'status', status: 503, body: 'back at noon' } },
    ]);

    const put = repository.manifests.put({ ...manifest, reference: 'v1' });

    await expect(put).rejects.toMatchObject({ code: 'REGISTRY_FAILED' });
    await expect(put).rejects.toThrow('answers 503: back at noon');
  });

  test('a registry whose disk is full is asked a few times, and no tag appears', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open({ limits: { attempts: 3 } });
    const manifest = await uploadSampleImage(repository);
    registry.faults.set([
      { on: 'manifest.put', action: { kind: 'status', status: 507, body: 'the disk is full' } },
    ]);

    const put = repository.manifests.put({ ...manifest, reference: 'v1' });

    await expect(put).rejects.toThrow('the disk is full');
    registry.faults.set([]);
    expect(await repository.tags.list()).toEqual([]);
    expect(await repository.manifests.head(digestOf('nothing'))).toBeUndefined();
  });
});
