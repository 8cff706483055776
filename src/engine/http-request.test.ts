import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { sendHttp, type HttpRequest } from './http-request.ts';

async function serve(server: Server) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    address: { host: '127.0.0.1', port: address.port },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const serveHttp = async (listener: RequestListener) => await serve(createHttpServer(listener));
const serveBytes = async (onSocket: (socket: Socket) => void) =>
  await serve(createServer(onSocket));

function get(address: HttpRequest['address'], rest: Partial<HttpRequest> = {}) {
  return sendHttp({ address, method: 'GET', path: '/', timeoutMs: 2000, ...rest });
}

test('an answer has status, headers and body, and the request its method, headers and body', async () => {
  await using server = await serveHttp((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.writeHead(418, { 'x-kind': ['tea', 'pot'] });
      response.end(
        `${request.method ?? ''} ${request.url ?? ''} ${String(request.headers['x-a'])} ${body}`,
      );
    });
  });

  const result = await get(server.address, {
    method: 'POST',
    path: '/brew?x=1',
    headers: { 'x-a': '1' },
    body: 'é',
  });

  expect(result).toMatchObject({
    state: 'answered',
    status: 418,
    body: 'POST /brew?x=1 1 é',
    isTruncated: false,
  });
  expect(result.state === 'answered' && result.headers['x-kind']).toBe('tea, pot');
});

test('a body is cut at one MiB', async () => {
  await using server = await serveHttp((_, response) => response.end('x'.repeat(3 * 1024 ** 2)));

  const result = await get(server.address);

  expect(result).toMatchObject({ state: 'answered', isTruncated: true });
  expect(result.state === 'answered' && result.body.length).toBe(1024 ** 2);
});

test('a port that nobody listens on is refused', async () => {
  const server = await serveBytes(() => undefined);
  await server[Symbol.asyncDispose]();

  expect(await get(server.address)).toMatchObject({ state: 'failed', reason: 'refused' });
});

test('a connection that is closed in the middle is reset', async () => {
  await using server = await serveBytes((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc');
      setImmediate(() => socket.destroy());
    });
  });

  expect(await get(server.address)).toMatchObject({ state: 'failed', reason: 'reset' });
});

test('a server that never answers is given up after the timeout', async () => {
  await using server = await serveBytes(() => undefined);

  const result = await get(server.address, { timeoutMs: 100 });

  expect(result).toMatchObject({
    state: 'failed',
    reason: 'timeout',
    message: 'no answer within 100 ms',
  });
});

test('a server that drips without end is given up after the timeout', async () => {
  await using server = await serveHttp((_, response) => {
    const timer = setInterval(() => response.write('x'), 10);
    response.on('close', () => clearInterval(timer));
  });

  expect(await get(server.address, { timeoutMs: 200 })).toMatchObject({ reason: 'timeout' });
});

test('what is no HTTP is malformed', async () => {
  await using server = await serveBytes((socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'));

  expect(await get(server.address)).toMatchObject({ state: 'failed', reason: 'malformed' });
});

test('a request that is called off is cancelled', async () => {
  await using server = await serveBytes(() => undefined);
  const controller = new AbortController();
  const sending = get(server.address, { signal: controller.signal });

  controller.abort();

  expect(await sending).toMatchObject({ state: 'failed', reason: 'cancelled' });
});
