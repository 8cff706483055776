import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startFaultyRegistry, quickLimits } from '../testing/faulty-registry.ts';
import { startServer } from '../testing/guarded-registry.ts';
import { randomBlob } from '../testing/sample-image.ts';
import { openRepository } from './open-repository.ts';

const limits = quickLimits;
const env = {};

test('a registry is proven once, by its base path and by a blob that cannot exist', async () => {
  await using registry = await startFaultyRegistry();
  const repository = registry.open();

  await Promise.all([repository.probe(), repository.probe()]);
  await repository.probe();

  expect(registry.requests.filter(({ path }) => path.startsWith('/v2/app/blobs/'))).toHaveLength(1);
});

describe('what is no registry is NOT_A_REGISTRY', () => {
  test('when it says 200 to everything', async () => {
    await using registry = await startFaultyRegistry([
      { on: 'any', action: { kind: 'status', status: 200, body: 'welcome' } },
    ]);

    const upload = registry.open().blobs.upload(randomBlob(10));

    await expect(upload).rejects.toMatchObject({ code: 'NOT_A_REGISTRY', exitCode: 1 });
  });

  test('when it is a web server without /v2/', async () => {
    await using server = await startServer((_, response) => response.writeHead(404).end());
    await using repository = openRepository({ repository: `${server.host}/app`, env, limits });

    await expect(repository.probe()).rejects.toMatchObject({ code: 'NOT_A_REGISTRY' });
  });

  test('when it redirects to a web site', async () => {
    await using site = await startServer((_, response) => response.end('welcome'));
    await using server = await startServer((_, response) =>
      response.writeHead(302, { Location: `http://${site.host}/` }).end(),
    );
    await using repository = openRepository({ repository: `${server.host}/app`, env, limits });

    await expect(repository.probe()).rejects.toMatchObject({ code: 'NOT_A_REGISTRY' });
  });

  test('when it does not speak HTTP', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await using repository = openRepository({ repository: `127.0.0.1:${port}/app`, env, limits });

    const probe = repository.probe();

    await expect(probe).rejects.toMatchObject({ code: 'NOT_A_REGISTRY' });
    server.close();
  });
});

describe('what cannot be reached is REGISTRY_UNREACHABLE', () => {
  test('when nothing listens there', async () => {
    const server = await startServer(() => undefined);
    await server[Symbol.asyncDispose]();
    await using repository = openRepository({ repository: `${server.host}/app`, env, limits });

    const probe = repository.probe();

    await expect(probe).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE', exitCode: 3 });
    await expect(probe).rejects.toMatchObject({ hint: 'Start the registry, or check its port.' });
  });

  test('when the name does not exist', async () => {
    const repository = openRepository({ repository: 'registry.invalid/app', env, limits });

    await expect(repository.probe()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  });

  test('when it takes connections and never answers', async () => {
    await using registry = await startFaultyRegistry([{ on: 'any', action: { kind: 'hang' } }]);
    const repository = registry.open({ limits: { idleMs: 100, attempts: 2 } });

    await expect(repository.probe()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  });
});

test('one byte at a time ends at the deadline', async () => {
  await using registry = await startFaultyRegistry([
    { on: 'tags.list', action: { kind: 'drip', everyMs: 40 } },
  ]);
  const repository = registry.open();
  await repository.probe();
  const slow = registry.open({ limits: { deadlineMs: 300 } });
  registry.faults.set([{ on: 'ping', action: { kind: 'drip', everyMs: 400 }, after: 1 }]);

  await expect(slow.probe()).rejects.toMatchObject({ code: 'REGISTRY_TIMED_OUT', exitCode: 4 });
});

test('a late answer is still an answer', async () => {
  await using registry = await startFaultyRegistry([
    { on: 'ping', action: { kind: 'delay', delayMs: 150 } },
  ]);

  await expect(registry.open().probe()).resolves.toBeUndefined();
});

test('an error body without end is cut off', async () => {
  const body = Buffer.alloc(2 * 1024 ** 2, 0x61);
  await using registry = await startFaultyRegistry([
    { on: 'manifest.get', action: { kind: 'status', status: 418, body } },
  ]);

  const read = registry.open().manifests.read('v1');

  await expect(read).rejects.toMatchObject({ code: 'REGISTRY_FAILED' });
});

test('what a registry says cannot write to the terminal', async () => {
  const body = '{"errors":[{"code":"X","message":"\\u001b[2Jgone\\u0007 \\u202e"}]}';
  await using registry = await startFaultyRegistry([
    { on: 'manifest.get', action: { kind: 'status', status: 418, body } },
  ]);

  const read = registry.open().manifests.read('v1');

  await expect(read).rejects.toThrow(/answers 418: \[2Jgone$/u);
});

test('a warning is passed on once', async () => {
  const warnings: string[] = [];
  await using registry = await startFaultyRegistry([
    {
      on: 'tags.list',
      action: { kind: 'headers', headers: { Warning: '299 - "old \\"tool\\""' } },
    },
  ]);
  const repository = registry.open({ onWarning: (message) => warnings.push(message) });
  await repository.tags.list();

  await repository.tags.list();

  // The list of an unknown repository is an answer too.
  expect(warnings).toEqual([`${registry.host}: old "tool"`]);
});

test.each([
  '',
  'host.example/Upper',
  'host.example/a//b',
  'https://host.example/app',
  'host.example/app:tag',
])('the repository %j is REPOSITORY_INVALID', (repository) => {
  expect(() => openRepository({ repository, env })).toThrowError(
    expect.objectContaining({ code: 'REPOSITORY_INVALID' }),
  );
});

test('a closed repository cancels what is under way', async () => {
  await using registry = await startFaultyRegistry([{ on: 'ping', action: { kind: 'hang' } }]);
  const repository = registry.open();
  const probe = repository.probe();

  const [outcome] = await Promise.allSettled([probe, repository[Symbol.asyncDispose]()]);

  expect(outcome).toMatchObject({ reason: { code: 'REGISTRY_CANCELLED' } });
});
