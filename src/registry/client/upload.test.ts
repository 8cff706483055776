import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../kernel/digest.ts';
import type { BlobSource } from '../contract.ts';
import type { Endpoint, FaultAction } from '../embedded/faults.ts';
import { startCncfRegistry, type CncfRegistry } from '../testing/cncf-registry.ts';
import { quickLimits, startFaultyRegistry } from '../testing/faulty-registry.ts';
import { memoryBlob, randomBlob } from '../testing/sample-image.ts';
import { openRepository } from './open-repository.ts';

const MiB = 1024 ** 2;
const LARGE_BYTES = 10 * MiB;
const CHUNK_BYTES = MiB;
const limits = { chunkBytes: CHUNK_BYTES };

const readAll = async (stream: Readable): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of stream as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
};

describe.each([
  ['the embedded registry', startFaultyRegistry],
  ['CNCF Distribution', startCncfRegistry],
])('against %s', (_, start) => {
  test.each([0, 1, 1000, 8 * MiB, 8 * MiB + 1, LARGE_BYTES])(
    'a blob of %i bytes comes back as it was',
    async (sizeBytes) => {
      await using server = await start();
      await using repository = openRepository({
        repository: `${server.host}/app`,
        env: {},
        limits: { ...quickLimits, ...limits },
      });
      const blob = randomBlob(sizeBytes);

      const result = await repository.blobs.upload(blob);
      const contents = await repository.blobs.read(blob.digest);

      expect(result).toEqual({ how: 'uploaded', sentBytes: sizeBytes });
      expect(digestOf(contents ? await readAll(contents.stream) : 'nothing')).toBe(blob.digest);
    },
  );

  test('a blob that is there is not sent again, and one of a sibling is mounted', async () => {
    await using server = await start();
    const env = {};
    await using first = openRepository({ repository: `${server.host}/first`, env });
    await using second = openRepository({ repository: `${server.host}/second`, env });
    const blob = randomBlob(1000);
    await first.blobs.upload(blob);

    const again = await first.blobs.upload(blob);
    const mounted = await second.blobs.upload({ ...blob, mountFrom: ['nobody', 'first'] });

    expect(again).toEqual({ how: 'present', sentBytes: 0 });
    // `nobody` made the registry begin an upload, which was used.
    expect(mounted.how).toBe('uploaded');
    const other = randomBlob(1000);
    await first.blobs.upload(other);
    expect(await second.blobs.upload({ ...other, mountFrom: ['first'] })).toEqual({
      how: 'mounted',
      sentBytes: 0,
    });
    expect(await second.blobs.sizeOf(other.digest)).toBe(1000);
  });
});

describe('a broken upload', () => {
  test.each([0, 1, 65_535, 65_536, 500_000, CHUNK_BYTES - 1])(
    'goes on where the registry stands after a reset at byte %i of a chunk',
    async (afterBytes) => {
      await using registry = await startFaultyRegistry([
        { on: 'upload.patch', action: { kind: 'reset', afterBytes }, after: 3, times: 1 },
      ]);
      const blob = randomBlob(LARGE_BYTES);

      const result = await registry.open({ limits }).blobs.upload(blob);

      expect(result.sentBytes).toBeLessThanOrEqual(LARGE_BYTES + CHUNK_BYTES);
      const posts = registry.requests.filter(({ method }) => method === 'POST');
      expect(posts).toHaveLength(1);
    },
  );

  test('survives a reset in every single chunk', async () => {
    await using registry = await startFaultyRegistry([
      { on: 'upload.patch', action: { kind: 'reset', afterBytes: 300_000 } },
    ]);

    const result = await registry.open({ limits }).blobs.upload(randomBlob(LARGE_BYTES));

    expect(result.how).toBe('uploaded');
  });

  test('of a small blob is sent again', async () => {
    await using registry = await startFaultyRegistry([
      { on: 'upload.put', action: { kind: 'reset', afterBytes: 5000 }, times: 2 },
    ]);
    const blob = randomBlob(10_000);
    const repository = registry.open();

    await repository.blobs.upload(blob);

    expect(await repository.blobs.sizeOf(blob.digest)).toBe(10_000);
  });

  test('whose commit worked but whose answer was lost is not sent again', async () => {
    await using registry = await startFaultyRegistry([
      { on: 'upload.put', action: { kind: 'reset', afterBytes: 1 }, times: 1 },
    ]);

    const result = await registry.open({ limits }).blobs.upload(randomBlob(LARGE_BYTES));

    expect(result.sentBytes).toBe(LARGE_BYTES);
    const puts = registry.requests.filter(({ method }) => method === 'PUT');
    expect(puts.map(({ status }) => status)).toEqual([201]);
  });

  test('starts anew when the registry was killed in mid-chunk and forgot it', async () => {
    await using server = await startCncfRegistry();
    await using repository = openRepository({
      repository: `${server.host}/app`,
      env: {},
      limits: { ...limits, backoffMs: 100 },
    });
    const blob = randomBlob(LARGE_BYTES);

    const result = await repository.blobs.upload(killing(server, blob, 5.5 * CHUNK_BYTES));

    expect(result.sentBytes).toBeGreaterThan(LARGE_BYTES + CHUNK_BYTES);
    expect(await repository.blobs.sizeOf(blob.digest)).toBe(LARGE_BYTES);
  });

  test('goes on after the registry was killed between chunks, when it keeps its uploads', async () => {
    await using server = await startCncfRegistry({ httpSecret: 'kept' });
    await using repository = openRepository({
      repository: `${server.host}/app`,
      env: {},
      limits: { ...limits, backoffMs: 100 },
    });
    let restarted: Promise<void> | undefined;

    const result = await repository.blobs.upload({
      ...randomBlob(LARGE_BYTES),
      onProgress: (confirmedBytes) => {
        if (confirmedBytes === 5 * CHUNK_BYTES) restarted = server.crash();
      },
    });
    await restarted;

    expect(restarted).toBeDefined();
    expect(result.sentBytes).toBeLessThanOrEqual(LARGE_BYTES + CHUNK_BYTES);
  });
});

/** Kills the registry and starts it again about where so many bytes were handed over, once. */
function killing(server: CncfRegistry, blob: BlobSource, afterBytes: number): BlobSource {
  let isDone = false;
  async function* pieces(stream: Readable): AsyncGenerator<Uint8Array> {
    let passedBytes = 0;
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      yield piece;
      passedBytes += piece.length;
      if (isDone || passedBytes < afterBytes) continue;
      isDone = true;
      await server.crash();
    }
  }
  return {
    ...blob,
    open: (offset) => Readable.from(pieces(blob.open(offset)), { objectMode: false }),
  };
}

describe('a registry that stumbles once', () => {
  const stumbles: readonly [string, FaultAction][] = [
    ['429 with Retry-After', { kind: 'status', status: 429, headers: { 'Retry-After': '0' } }],
    ['500', { kind: 'status', status: 500 }],
    ['503', { kind: 'status', status: 503 }],
    ['a reset', { kind: 'reset', afterBytes: 0 }],
  ];
  const endpoints: readonly Endpoint[] = [
    'ping',
    'blob.head',
    'upload.post',
    'upload.patch',
    'upload.put',
  ];
  const matrix = endpoints.flatMap((on) =>
    stumbles.map(([name, action]) => ({ on, name, action })),
  );

  test.each(matrix)('with $name at $on does not stop the upload', async ({ on, action }) => {
    await using registry = await startFaultyRegistry([{ on, action, times: 1 }]);

    const result = await registry.open({ limits }).blobs.upload(randomBlob(LARGE_BYTES));

    expect(result.how).toBe('uploaded');
  });

  test('waits as long as Retry-After asks for', async () => {
    await using registry = await startFaultyRegistry([
      {
        on: 'upload.patch',
        action: { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
        times: 1,
      },
    ]);
    const startedAt = performance.now();

    await registry.open({ limits }).blobs.upload(randomBlob(LARGE_BYTES));

    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  test('with 404 for the upload under way makes us begin another', async () => {
    await using registry = await startFaultyRegistry([
      { on: 'upload.patch', action: { kind: 'status', status: 404 }, after: 4, times: 1 },
    ]);

    const result = await registry.open({ limits }).blobs.upload(randomBlob(LARGE_BYTES));

    expect(result.how).toBe('uploaded');
    expect(registry.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  test.each([
    ['counts fewer bytes than it got', '0-99'],
    ['counts more bytes than were sent', '0-99999999'],
  ])('and %s gets no damaged blob', async (_, range) => {
    await using registry = await startFaultyRegistry([
      {
        on: 'upload.patch',
        action: { kind: 'headers', headers: { Range: range } },
        after: 1,
        times: 1,
      },
    ]);
    const blob = randomBlob(LARGE_BYTES);
    const repository = registry.open({ limits });

    await repository.blobs.upload(blob);

    expect(await repository.blobs.sizeOf(blob.digest)).toBe(LARGE_BYTES);
  });
});

describe('an upload that cannot work', () => {
  test.each([
    ['500', { kind: 'status', status: 500 }, 'UPLOAD_FAILED'],
    ['a reset', { kind: 'reset', afterBytes: 0 }, 'UPLOAD_FAILED'],
    ['413', { kind: 'status', status: 413 }, 'UPLOAD_FAILED'],
    ['507', { kind: 'status', status: 507, body: 'the disk is full' }, 'UPLOAD_FAILED'],
    ['403', { kind: 'status', status: 403 }, 'REGISTRY_DENIED'],
    ['404', { kind: 'status', status: 404 }, 'UPLOAD_FAILED'],
  ] as const)('for %s at every chunk fails in bounded time', async (_, action, code) => {
    await using registry = await startFaultyRegistry([{ on: 'upload.patch', action }]);

    const upload = registry.open({ limits }).blobs.upload(randomBlob(LARGE_BYTES));

    await expect(upload).rejects.toMatchObject({ code });
  });

  test('says that the repository must be made first', async () => {
    const body = '{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}';
    await using registry = await startFaultyRegistry([
      { on: 'upload.post', action: { kind: 'status', status: 404, body } },
    ]);

    const upload = registry.open().blobs.upload(randomBlob(10));

    await expect(upload).rejects.toMatchObject({ code: 'REPOSITORY_UNKNOWN' });
  });

  test('names the limit when Retry-After is absurd', async () => {
    await using registry = await startFaultyRegistry([
      {
        on: 'upload.post',
        action: { kind: 'status', status: 429, headers: { 'Retry-After': '86400' } },
      },
    ]);

    const upload = registry.open().blobs.upload(randomBlob(10));

    await expect(upload).rejects.toMatchObject({ code: 'REGISTRY_TOO_MANY_REQUESTS' });
    await expect(upload).rejects.toThrow('asks to wait 86400 s, more than the 120 s left');
  });

  test('ends at its deadline when the registry hangs, and cancels the upload there', async () => {
    await using registry = await startFaultyRegistry([
      { on: 'upload.patch', action: { kind: 'hang' }, after: 2 },
    ]);
    const repository = registry.open({ limits: { ...limits, deadlineMs: 1500 } });

    const upload = repository.blobs.upload(randomBlob(LARGE_BYTES));

    await expect(upload).rejects.toMatchObject({ code: 'REGISTRY_TIMED_OUT' });
    expect(registry.requests.at(-1)).toMatchObject({ method: 'DELETE', status: 204 });
  });

  test('is cancelled at the registry when the caller cancels', async () => {
    await using registry = await startFaultyRegistry();
    const controller = new AbortController();
    const repository = registry.open({ limits, signal: controller.signal });

    const upload = repository.blobs.upload({
      ...randomBlob(LARGE_BYTES),
      onProgress: () => controller.abort(),
    });

    await expect(upload).rejects.toMatchObject({ code: 'REGISTRY_CANCELLED' });
    expect(registry.requests.at(-1)).toMatchObject({ method: 'DELETE', status: 204 });
  });

  test('says so when the source is shorter than announced', async () => {
    await using registry = await startFaultyRegistry();
    const blob = { ...randomBlob(5000), sizeBytes: 6000 };

    const upload = registry.open().blobs.upload(blob);

    await expect(upload).rejects.toMatchObject({ code: 'UPLOAD_FAILED' });
    await expect(upload).rejects.toThrow('ends after 5000 of 6000 bytes');
  });

  test('says so when the bytes are not those of the digest', async () => {
    await using registry = await startFaultyRegistry();
    const blob = { ...memoryBlob(Buffer.from('bytes')), digest: digestOf('other') };

    const upload = registry.open({ limits: { attempts: 2 } }).blobs.upload(blob);

    await expect(upload).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });
});

describe('a registry that lies about an upload', () => {
  test.each([10, LARGE_BYTES])('and keeps nothing of %i bytes is found out', async (sizeBytes) => {
    await using registry = await startFaultyRegistry([
      { on: 'upload.put', action: { kind: 'storeNothing' } },
    ]);

    const upload = registry.open({ limits }).blobs.upload(randomBlob(sizeBytes));

    await expect(upload).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', exitCode: 1 });
  });

  test('and names another digest is found out', async () => {
    await using registry = await startFaultyRegistry([
      {
        on: 'upload.put',
        action: { kind: 'headers', headers: { 'Docker-Content-Digest': digestOf('x') } },
      },
    ]);

    const upload = registry.open().blobs.upload(randomBlob(10));

    await expect(upload).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  test('and alters a blob on the way back is found out', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const blob = randomBlob(1000);
    await repository.blobs.upload(blob);
    registry.faults.set([{ on: 'blob.get', action: { kind: 'corrupt' } }]);

    const contents = await repository.blobs.read(blob.digest);

    await expect(contents && readAll(contents.stream)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
  });

  test('and cuts a blob short is found out', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const blob = randomBlob(1000);
    await repository.blobs.upload(blob);
    registry.faults.set([{ on: 'blob.get', action: { kind: 'reset', afterBytes: 500 } }]);

    const contents = await repository.blobs.read(blob.digest);

    await expect(contents && readAll(contents.stream)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
  });
});

describe('a mount', () => {
  test.each([
    ['401', { kind: 'status', status: 401, headers: { 'WWW-Authenticate': 'Basic' } }],
    ['404', { kind: 'status', status: 404 }],
    ['500', { kind: 'status', status: 500 }],
    ['a reset', { kind: 'reset', afterBytes: 0 }],
  ] as const)('answered with %s becomes an upload', async (_, action) => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    await repository.probe();
    registry.faults.set([{ on: 'upload.post', action, times: 1 }]);

    const result = await repository.blobs.upload({ ...randomBlob(10), mountFrom: ['other'] });

    expect(result.how).toBe('uploaded');
  });

  test('that is not possible leaves no upload open', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();

    const isMounted = await repository.blobs.mount(digestOf('nowhere'), 'other');

    expect(isMounted).toBe(false);
    expect(registry.requests.at(-1)).toMatchObject({ method: 'DELETE', status: 204 });
  });

  test('of a name that is none is refused before it enters a URL', async () => {
    await using registry = await startFaultyRegistry();

    const mount = registry.open().blobs.mount(digestOf('x'), '../other');

    await expect(mount).rejects.toMatchObject({ code: 'REPOSITORY_INVALID' });
  });
});
