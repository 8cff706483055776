import { lookup as systemLookup } from 'node:dns';
import { createServer, type RequestListener } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Repository } from '../contract.ts';
import { quickLimits } from '../testing/faulty-registry.ts';
import { startGuardedRegistry } from '../testing/guarded-registry.ts';
import { randomBlob, uploadSampleImage } from '../testing/sample-image.ts';
import { openRepository } from './open-repository.ts';

/** Addresses that swallow packets: of the discard prefix and of a documentation network. */
const blackHoles = [
  { address: '100::1', family: 6 },
  { address: '192.0.2.1', family: 4 },
];

function open(port: number, lookup: LookupFunction): Repository {
  return openRepository({
    repository: `registry.test:${port}/app`,
    env: {},
    limits: quickLimits,
    trust: { plainHttp: 'always' },
    lookup,
  });
}

describe('a registry whose name', () => {
  test('has addresses that lead nowhere before one that works is reached', async () => {
    await using registry = await startGuardedRegistry(() => true);
    await using repository = open(registry.port, (_host, _options, done) =>
      done(null, [...blackHoles, { address: '127.0.0.1', family: 4 }]),
    );

    await expect(repository.probe()).resolves.toBeUndefined();
  });

  test('has only addresses that lead nowhere is given up in bounded time', async () => {
    await using repository = openRepository({
      repository: 'registry.test:5000/app',
      env: {},
      limits: { ...quickLimits, connectMs: 300, attempts: 2 },
      lookup: (_host, _options, done) => done(null, blackHoles),
    });

    await expect(repository.probe()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  });

  test('cannot be resolved for a moment is asked for again', async () => {
    await using registry = await startGuardedRegistry(() => true);
    let asked = 0;
    await using repository = open(registry.port, (_host, options, done) => {
      asked += 1;
      // What the system says for SERVFAIL.
      if (asked === 1) done(Object.assign(new Error('SERVFAIL'), { code: 'EAI_AGAIN' }), []);
      else systemLookup('127.0.0.1', options, done);
    });

    await repository.probe();

    expect(asked).toBeGreaterThan(1);
  });

  test('does not exist is asked for once', async () => {
    let asked = 0;
    await using repository = open(5000, (_host, _options, done) => {
      asked += 1;
      done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    });

    await expect(repository.probe()).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      hint: 'Check the spelling of the registry host.',
    });
    expect(asked).toBe(1);
  });
});

test('a kept connection that the registry closed meanwhile is replaced unnoticed', async () => {
  const used = new WeakMap<Socket, number>();
  // As a load balancer does whose idle time-out is shorter than ours.
  const dropSecondUse =
    (listener: RequestListener): RequestListener =>
    (request, response) => {
      const count = (used.get(request.socket) ?? 0) + 1;
      used.set(request.socket, count);
      if (count === 2) request.socket.resetAndDestroy();
      else listener(request, response);
    };
  await using registry = await startGuardedRegistry(
    () => true,
    (listener) => createServer(dropSecondUse(listener)),
  );
  await using repository = openRepository({
    repository: `${registry.host}/app`,
    env: {},
    limits: quickLimits,
  });

  await repository.blobs.upload(randomBlob(100_000));
  const manifest = await uploadSampleImage(repository);
  await repository.manifests.put({ ...manifest, reference: 'v1' });

  expect(await repository.tags.list()).toEqual(['v1']);
});
