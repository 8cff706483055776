import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Repository } from '../contract.ts';
import { closeServer, listen, startGuardedRegistry } from '../testing/guarded-registry.ts';
import { quickLimits } from '../testing/faulty-registry.ts';
import { createDispatchers } from './dispatchers.ts';
import { openRepository } from './open-repository.ts';

interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** Hosts it was asked for. */
  readonly asked: string[];
}

/** Sends everything to one port of this machine, whatever host is asked for. */
async function startProxy(port: number): Promise<Proxy> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '');
    asked.push(url.host);
    const { method, headers } = request;
    const path = `${url.pathname}${url.search}`;
    const onward = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  const proxyPort = await listen(server, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${proxyPort}`,
    asked,
    [Symbol.asyncDispose]: async () => await closeServer(server),
  };
}

test('a registry is reached through HTTP_PROXY', async () => {
  await using registry = await startGuardedRegistry(() => true);
  await using proxy = await startProxy(registry.port);
  await using repository = openRepository({
    repository: 'registry.invalid:5000/app',
    env: { HTTP_PROXY: proxy.url },
    trust: { plainHttp: 'always' },
  });

  expect(await repository.tags.list()).toEqual([]);
  expect(new Set(proxy.asked)).toEqual(new Set(['registry.invalid:5000']));
});

test('a registry with TLS is reached through a tunnel of HTTPS_PROXY', async () => {
  await using registry = await startGuardedRegistry(() => true);
  await using proxy = await startProxy(registry.port);
  await using repository = openRepository({
    repository: 'registry.invalid/app',
    env: { https_proxy: proxy.url },
    limits: quickLimits,
  });

  // What is behind the proxy here speaks no TLS: that the tunnel was asked for is what counts.
  await expect(repository.probe()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  expect(proxy.asked).toContain('registry.invalid:443');
});

test('a token is asked for through the proxy, too', async () => {
  await using registry = await startGuardedRegistry((request, response) => {
    if (request.headers.host === 'auth.registry.invalid') response.end('{"token":"t"}');
    else if (request.headers.authorization === 'Bearer t') return true;
    else {
      const challenge = 'Bearer realm="http://auth.registry.invalid/token",service="r"';
      response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
    }
    return false;
  });
  await using proxy = await startProxy(registry.port);
  await using repository = openRepository({
    repository: 'registry.invalid/app',
    env: { HTTP_PROXY: proxy.url },
    trust: { plainHttp: 'always' },
  });

  expect(await repository.tags.list()).toEqual([]);
  expect(new Set(proxy.asked)).toEqual(new Set(['registry.invalid', 'auth.registry.invalid']));
});

const openThrough = (proxy: string): Repository =>
  openRepository({
    repository: 'registry.invalid/app',
    env: { https_proxy: proxy },
    limits: { ...quickLimits, connectMs: 200, attempts: 2 },
  });

describe('a proxy that', () => {
  const answers = {
    'closes the connection': (socket: Duplex) => socket.destroy(),
    'refuses the tunnel': (socket: Duplex) => socket.end('HTTP/1.1 407 Who are you\r\n\r\n'),
    'never answers': () => undefined,
  };

  test.each(Object.entries(answers))('%s is REGISTRY_UNREACHABLE soon', async (_, answer) => {
    let asked = 0;
    const server = createServer();
    const sockets: Duplex[] = [];
    server.on('connect', (_request, socket) => {
      asked += 1;
      sockets.push(socket);
      answer(socket);
    });
    const port = await listen(server, '127.0.0.1');
    await using repository = openThrough(`http://127.0.0.1:${port}`);

    await expect(repository.probe()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    for (const socket of sockets) socket.destroy();
    await closeServer(server);

    expect(asked).toBeLessThanOrEqual(3);
  });
});

test('loopback never goes through a proxy', async () => {
  await using registry = await startGuardedRegistry(() => true);
  await using proxy = await startProxy(1);
  await using repository = openRepository({
    repository: `${registry.host}/app`,
    env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url },
  });

  expect(await repository.tags.list()).toEqual([]);
  expect(proxy.asked).toEqual([]);
});

describe('NO_PROXY', () => {
  const limits = { ...quickLimits };
  const isDirect = async (noProxy: string, url: string): Promise<boolean> => {
    await using proxy = await startProxy(1);
    const dispatchers = createDispatchers({
      env: { HTTP_PROXY: proxy.url, NO_PROXY: noProxy },
      limits: { ...fullLimits, ...limits, connectMs: 200 },
      certificates: {},
    });
    const target = new URL(url);
    const request = { method: 'GET' as const, origin: target.origin, path: '/' };
    await dispatchers
      .pick(target, false)
      .request(request)
      .then(async ({ body }) => await body.dump())
      .catch(() => undefined);
    await dispatchers.destroy();
    return proxy.asked.length === 0;
  };

  test.each([
    ['registry.invalid', 'http://registry.invalid/', true],
    ['.invalid', 'http://registry.invalid/', true],
    ['registry.invalid:5000', 'http://registry.invalid:5000/', true],
    ['registry.invalid:5001', 'http://registry.invalid:5000/', false],
    ['192.0.2.0/24', 'http://192.0.2.7/', true],
    ['192.0.2.0/24', 'http://198.51.100.7/', false],
    ['', 'http://registry.invalid/', false],
  ])('%j and %s', async (noProxy, url, expected) => {
    expect(await isDirect(noProxy, url)).toBe(expected);
  });
});

const fullLimits = {
  deadlineMs: 5000,
  connectMs: 500,
  idleMs: 500,
  attempts: 1,
  backoffMs: 1,
  retryAfterMs: 1,
  readBackMs: 1,
  chunkBytes: 1,
  uploads: 1,
};
