import { describe, expect, test } from 'vitest';
import type { Clock } from '../../host/clock.ts';
import { digestOf } from '../../kernel/digest.ts';
import type { Manifest, Repository } from '../contract.ts';
import type { FaultAction } from '../embedded/faults.ts';
import { parseManifest } from '../manifest-document.ts';
import { startCncfRegistry } from '../testing/cncf-registry.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../testing/faulty-registry.ts';
import { startGuardedRegistry } from '../testing/guarded-registry.ts';
import { uploadSampleImage } from '../testing/sample-image.ts';
import { openRepository } from './open-repository.ts';

/** Time that passes by sleeping alone, with a wall clock that may jump. */
function sleepClock(): Clock & { readonly sleptMs: () => number; jumpMs: number } {
  let sleptMs = 0;
  return {
    jumpMs: 0,
    now() {
      return new Date(1_800_000_000_000 + sleptMs + this.jumpMs);
    },
    monotonicMs: () => sleptMs,
    sleep: (ms) => {
      sleptMs += ms;
      return Promise.resolve();
    },
    sleptMs: () => sleptMs,
  };
}

const served = (manifest: Manifest): FaultAction => ({
  kind: 'status',
  status: 200,
  body: manifest.bytes,
  headers: { 'Content-Type': manifest.mediaType },
});

async function twoImages(
  registry: FaultyRegistry,
): Promise<{ readonly before: Manifest; readonly after: Manifest }> {
  const repository: Repository = registry.open();
  const before = await uploadSampleImage(repository);
  const after = await uploadSampleImage(repository);
  await repository.manifests.put({ ...before, reference: 'v1' });
  return { before, after };
}

describe('a tag that shows its old digest', () => {
  const readBackMs = 30_000;

  test('for ten seconds is waited for', async () => {
    await using registry = await startFaultyRegistry();
    const { before, after } = await twoImages(registry);
    const clock = sleepClock();
    const repository = registry.open({ clock, limits: { readBackMs } });
    // Pauses double from 50 ms to 2 s: ten reads take ten seconds.
    registry.faults.set([{ on: 'manifest.get', action: served(before), times: 10 }]);

    const { digest } = await repository.manifests.put({ ...after, reference: 'v1' });

    expect(digest).toBe(after.digest);
    expect(clock.sleptMs()).toBeGreaterThanOrEqual(10_000);
  });

  test('for ever is DIGEST_MISMATCH with both digests, after half a minute', async () => {
    await using registry = await startFaultyRegistry();
    const { before, after } = await twoImages(registry);
    const clock = sleepClock();
    const repository = registry.open({ clock, limits: { readBackMs } });
    registry.faults.set([{ on: 'manifest.get', action: served(before) }]);

    const put = repository.manifests.put({ ...after, reference: 'v1' });

    await expect(put).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      exitCode: 1,
      details: { expected: after.digest, found: before.digest },
    });
    expect(clock.sleptMs()).toBeLessThanOrEqual(readBackMs);
  });

  test('is waited for no longer when the wall clock jumps', async () => {
    await using registry = await startFaultyRegistry();
    const { before, after } = await twoImages(registry);
    const clock = sleepClock();
    const repository = registry.open({ clock, limits: { readBackMs } });
    registry.faults.set([{ on: 'manifest.get', action: served(before), times: 3 }]);
    // An hour forward, then back: neither ends the wait early nor makes it longer.
    clock.jumpMs = 3_600_000;
    const put = repository.manifests.put({ ...after, reference: 'v1' });
    clock.jumpMs = -3_600_000;

    expect((await put).digest).toBe(after.digest);
    expect(clock.sleptMs()).toBeLessThan(1000);
  });
});

test('a cache in front of the registry that keeps old answers is passed by', async () => {
  const cached = new Map<string, { readonly body: string; readonly type: string }>();
  await using registry = await startGuardedRegistry((request, response) => {
    const hit = cached.get(request.url ?? '');
    if (hit === undefined || request.headers['cache-control'] === 'no-cache') return true;
    if (request.method !== 'GET') return true;
    response.writeHead(200, { 'Content-Type': hit.type }).end(hit.body);
    return false;
  });
  await using repository = openRepository({ repository: `${registry.host}/app`, env: {} });
  const before = await uploadSampleImage(repository);
  const after = await uploadSampleImage(repository);
  await repository.manifests.put({ ...before, reference: 'v1' });
  cached.set('/v2/app/manifests/v1', {
    body: Buffer.from(before.bytes).toString(),
    type: before.mediaType,
  });

  await repository.manifests.put({ ...after, reference: 'v1' });

  // The cache is really in the way.
  expect((await repository.manifests.read('v1'))?.digest).toBe(before.digest);
});

test('a tag is written by a PUT of its own, also where the registry ignores `?tag=`', async () => {
  await using server = await startCncfRegistry();
  await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
  const manifest = await uploadSampleImage(repository);
  // Distribution 2.8 answers 201 and makes no tag.
  const ignored = await fetch(`${server.url}/v2/app/manifests/${manifest.digest}?tag=a&tag=b`, {
    method: 'PUT',
    headers: { 'Content-Type': manifest.mediaType },
    body: Buffer.from(manifest.bytes),
  });

  for (const reference of ['a', 'b']) await repository.manifests.put({ ...manifest, reference });

  expect([ignored.status, ignored.headers.get('oci-tag')]).toEqual([201, null]);
  expect((await repository.tags.list()).toSorted()).toEqual(['a', 'b']);
});

test('what garbage collection took between push and promotion cannot be promoted, and no tag moves', async () => {
  await using server = await startCncfRegistry();
  await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
  const before = await uploadSampleImage(repository);
  await repository.manifests.put({ ...before, reference: 'v1' });
  const candidate = await uploadSampleImage(repository);
  await repository.manifests.put(candidate);
  await server.collectGarbage();

  const put = repository.manifests.put({ ...candidate, reference: 'v1' });

  await expect(put).rejects.toMatchObject({ code: 'MANIFEST_INCOMPLETE', exitCode: 1 });
  expect((await repository.manifests.read('v1'))?.digest).toBe(before.digest);
});

test('a candidate under a tag of its own outlives garbage collection', async () => {
  await using server = await startCncfRegistry();
  await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
  const candidate = await uploadSampleImage(repository);
  await repository.manifests.put({ ...candidate, reference: 'candidate-1' });
  await server.collectGarbage();

  const result = await repository.manifests.put({ ...candidate, reference: 'v1' });

  expect(result.digest).toBe(candidate.digest);
});

test('an answer of 200 with half a body is not taken for the whole', async () => {
  await using registry = await startFaultyRegistry();
  const { before } = await twoImages(registry);
  const repository = registry.open();
  registry.faults.set([
    { on: 'manifest.get', action: { kind: 'half' } },
    { on: 'blob.get', action: { kind: 'half' } },
  ]);
  const parsed = parseManifest(before.bytes, before.mediaType);
  const config = parsed.ok && parsed.document.config ? parsed.document.config.digest : digestOf('');

  const readings = await Promise.allSettled([
    repository.manifests.read(before.digest),
    repository.blobs.read(config).then(async (contents) => await contents?.stream.toArray()),
  ]);

  expect(readings).toMatchObject([
    { reason: { code: 'DIGEST_MISMATCH' } },
    { reason: { code: 'DIGEST_MISMATCH' } },
  ]);
});
