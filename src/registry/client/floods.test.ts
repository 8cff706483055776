import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../kernel/digest.ts';
import type { Repository } from '../contract.ts';
import type { Endpoint } from '../embedded/faults.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../media-types.ts';
import { quickLimits, startFaultyRegistry } from '../testing/faulty-registry.ts';
import { startGuardedRegistry } from '../testing/guarded-registry.ts';
import { randomBlob, uploadSampleImage } from '../testing/sample-image.ts';
import { openRepository } from './open-repository.ts';

/** Every body here is sent without a length and never ends: that the call ends at all shows its limit. */
describe('an answer without end', () => {
  const reads: readonly [string, Endpoint, (from: Repository) => Promise<unknown>][] = [
    ['to a manifest', 'manifest.get', async (from) => await from.manifests.read('v1')],
    ['to a list of tags', 'tags.list', async (from) => await from.tags.list()],
    [
      'to a list of referrers',
      'referrers.list',
      async (from) => await from.manifests.referrers(digestOf('x')),
    ],
  ];

  test.each(reads)('%s is ANSWER_MALFORMED', async (_, on, read) => {
    const headers = { 'Content-Type': on === 'manifest.get' ? OCI_MANIFEST : OCI_INDEX };
    await using registry = await startFaultyRegistry([
      { on, action: { kind: 'flood', status: 200, headers } },
    ]);

    await expect(read(registry.open())).rejects.toMatchObject({ code: 'ANSWER_MALFORMED' });
  });

  test.each([400, 404, 500])('that says %i is the error that it says', async (status) => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open({ limits: { attempts: 2 } });
    const manifest = await uploadSampleImage(repository);
    registry.faults.set([{ on: 'manifest.put', action: { kind: 'flood', status } }]);

    const put = repository.manifests.put({ ...manifest, reference: 'v1' });

    await expect(put).rejects.toThrow(`answers ${status}`);
  });

  test('to a blob ends where its reader wants no more', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const blob = randomBlob(1000);
    await repository.blobs.upload(blob);
    registry.faults.set([{ on: 'blob.get', action: { kind: 'flood', status: 200 } }]);

    const read = repository.blobs
      .read(blob.digest, 100_000)
      .then(async (contents) => await contents?.stream.toArray());

    await expect(read).rejects.toMatchObject({ code: 'ANSWER_MALFORMED' });
  });
});

test('headers without end are no answer', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 200 OK\r\n');
    const line = `X-More: ${'x'.repeat(1000)}\r\n`;
    const go = (): void => {
      while (socket.writable && socket.write(line));
      socket.once('drain', go);
    };
    go();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    await using repository = openRepository({
      repository: `127.0.0.1:${port}/app`,
      env: {},
      limits: quickLimits,
    });

    await expect(repository.probe()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  } finally {
    server.close();
  }
});

test('a list of tags that always names another page is cut off', async () => {
  let page = 0;
  await using registry = await startGuardedRegistry((request, response) => {
    if (request.url?.includes('/tags/list') !== true) return true;
    page += 1;
    response.setHeader('Link', `</v2/app/tags/list?last=t${page}>; rel="next"`);
    response.end('{"tags":[]}');
    return false;
  });
  await using repository = openRepository({
    repository: `${registry.host}/app`,
    env: {},
    limits: quickLimits,
  });

  const list = repository.tags.list();

  await expect(list).rejects.toMatchObject({ code: 'ANSWER_MALFORMED' });
});
