import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import {
  createServer as createHttpServer,
  request,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import type { EngineEndpoint } from '../engine/contract.ts';
import { openLabellingEngine, type LabellingEngine } from './labelling-engine.ts';

const labels = { 'dev.seatrial.run': 'r1' };

function endpointAt(address: string): EngineEndpoint {
  return { kind: 'unix', url: address, origin: 'test', env: { DOCKER_HOST: address } };
}

async function privateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'label-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A labelling engine before a server of the test's own. */
async function labellingBefore(
  server: Server,
): Promise<LabellingEngine & { readonly dial: () => Socket }> {
  const folder = await privateFolder();
  const path = join(folder, 'real.sock');
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const endpoint = endpointAt(`unix://${path}`);
  const opened = await openLabellingEngine({ endpoint, labels, folder });
  onTestFinished(() => opened.close());
  const own = opened.env.DOCKER_HOST.slice('unix://'.length);
  return { ...opened, dial: () => connect({ path: own, allowHalfOpen: true }) };
}

/** An engine that answers with `answer` once it has received `untilBytes`, and tells what it received. */
async function answering(
  answer: string,
  untilText: string,
): Promise<{ dial: () => Socket; received: () => string }> {
  let received = '';
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      if (received.endsWith(untilText)) socket.write(answer, 'latin1');
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
  });
  const { dial } = await labellingBefore(server);
  return { dial, received: () => received };
}

async function readUntil(socket: Socket, end: string): Promise<string> {
  let seen = '';
  return await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('data', (bytes: Buffer) => {
      seen += bytes.toString('latin1');
      if (seen.endsWith(end)) resolve(seen);
    });
  });
}

async function responseTo(call: ClientRequest): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    call.once('response', resolve);
    call.once('error', reject);
  });
}

const CREATE = 'POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';
const LABELLED =
  'POST /containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n' +
  '24\r\n{"Labels":{"dev.seatrial.run":"r1"}}\r\n0\r\n\r\n';

test('passes pipelined requests and their answers byte by byte', async () => {
  const sent =
    'GET /a?x=%2e HTTP/1.1\r\nhOsT:  x \r\n\r\nHEAD /b HTTP/1.1\r\nHost: x\r\n\r\n' +
    'POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;e\r\n\xff\r\n0\r\n\r\n';
  const answer =
    'HTTP/1.1 200 OK\r\nx-ODD:  1\r\nContent-Length: 2\r\n\r\nok' +
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n';
  const engine = await answering(answer, sent.slice(-12));
  const client = engine.dial();

  client.write(sent, 'latin1');
  const answered = await readUntil(client, 'No Content\r\n\r\n');

  expect(engine.received()).toBe(sent);
  expect(answered).toBe(answer);
  client.destroy();
});

test('labels a create request between others on one connection', async () => {
  const ping = 'GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n';
  const engine = await answering('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone', ping);
  const client = engine.dial();

  client.write(ping + CREATE + CREATE + ping);

  await expect.poll(engine.received).toBe(ping + LABELLED + LABELLED + ping);
  client.destroy();
});

test('answers nothing itself to Expect: 100-continue, and labels the body that follows', async () => {
  let body = '';
  const server = createHttpServer((incoming, response) => {
    incoming.on('data', (bytes: Buffer) => {
      body += bytes.toString();
    });
    incoming.on('end', () => response.writeHead(201).end('{}'));
  });
  const { dial } = await labellingBefore(server);
  const call = request({
    createConnection: dial,
    method: 'POST',
    path: '/v1.41/networks/create',
    headers: { expect: '100-continue', 'content-length': 12 },
  });
  call.flushHeaders();

  await once(call, 'continue');
  call.end('{"Name":"n"}');
  const response = await responseTo(call);

  expect(response).toMatchObject({ statusCode: 201 });
  expect(body).toBe('{"Labels":{"dev.seatrial.run":"r1"},"Name":"n"}');
});

const ATTACH = 'POST /containers/a/attach?stdin=1 HTTP/1.1\r\nHost: x\r\n';

test.each([
  [
    'asked for',
    `${ATTACH}Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
    'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
  ],
  [
    'not asked for',
    `${ATTACH}\r\n`,
    'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n',
  ],
])(
  'a hijack that was %s carries any bytes, also such that look like a request',
  async (...args) => {
    const [, attach, answer] = args;
    const engine = await answering(answer, '\r\n\r\n');
    const client = engine.dial();

    // stdin comes together with the request: it must not be read as HTTP.
    client.write(attach + CREATE);
    await readUntil(client, '\r\n\r\n');
    client.end();
    await once(client, 'close');

    expect(engine.received()).toBe(attach + CREATE);
  },
);

test('a refused hijack leaves a connection whose next create request is labelled', async () => {
  const attach = `${ATTACH}Upgrade: tcp\r\nConnection: Upgrade\r\n\r\n`;
  const engine = await answering('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}', attach);
  const client = engine.dial();

  client.write(attach + CREATE);

  await expect.poll(engine.received).toBe(attach + LABELLED);
  client.destroy();
});

test('a detached exec leaves a connection whose next create request is labelled', async () => {
  const exec = 'POST /v1.41/exec/e1/start HTTP/1.1\r\nContent-Length: 15\r\n\r\n{"Detach":true}';
  const engine = await answering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', exec);
  const client = engine.dial();

  client.write(exec + CREATE);

  await expect.poll(engine.received).toBe(exec + LABELLED);
  client.destroy();
});

test('a half-closed stream goes on in the other direction, 20 MB each way', async () => {
  const up = randomBytes(20 * 1024 ** 2);
  const down = randomBytes(20 * 1024 ** 2);
  const upgrade = 'HTTP/1.1 101 UPGRADED\r\n\r\n';
  const received = createHash('sha256');
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.once('data', (first: Buffer) => {
      socket.write(upgrade);
      received.update(first.subarray(first.indexOf('\r\n\r\n') + 4));
      socket.on('data', (bytes: Buffer) => received.update(bytes));
      socket.on('end', () => socket.end(down));
    });
  });
  const { dial } = await labellingBefore(server);
  const client = dial();
  const answered: Buffer[] = [];
  client.on('data', (bytes: Buffer) => answered.push(bytes));

  client.write(`${ATTACH}Upgrade: tcp\r\n\r\n`);
  client.end(up);
  await once(client, 'end');

  expect(received.digest('hex')).toBe(createHash('sha256').update(up).digest('hex'));
  expect(Buffer.concat(answered).equals(Buffer.concat([Buffer.from(upgrade), down]))).toBe(true);
});

test('a client that goes away takes its connection to the engine with it', async () => {
  const server = createServer();
  const { dial } = await labellingBefore(server);
  const client = dial();
  client.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
  const upstream = await new Promise<Socket>((resolve) => server.once('connection', resolve));
  upstream.resume();

  client.destroy();

  await expect(once(upstream, 'close')).resolves.toEqual([false]);
});

test('an engine that goes away ends the connection of the client', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.destroy()));
  const { dial } = await labellingBefore(server);
  const client = dial();
  client.resume();

  client.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');

  await expect(once(client, 'end')).resolves.toEqual([]);
  client.destroy();
});

test('says in the words of the API that the engine does not answer', async () => {
  const folder = await privateFolder();
  const endpoint = endpointAt(`unix://${folder}/absent.sock`);
  const opened = await openLabellingEngine({ endpoint, labels, folder });
  onTestFinished(() => opened.close());
  const socketPath = opened.env.DOCKER_HOST.slice('unix://'.length);

  const response = await responseTo(request({ socketPath, path: '/_ping' }).end());

  expect(response).toMatchObject({ statusCode: 503 });
  await expect(text(response)).resolves.toMatch(
    /^\{"message":"The engine does not answer: .*ENOENT/u,
  );
});

test('refuses a create request that is larger than any real one', async () => {
  const { dial } = await labellingBefore(createHttpServer());
  const call = request({ createConnection: dial, method: 'POST', path: '/volumes/create' });
  call.on('error', () => undefined);

  call.end(Buffer.alloc(17 * 1024 ** 2, ' '));
  const response = await responseTo(call);

  expect(response).toMatchObject({ statusCode: 413 });
});

test('the socket is for its user alone, and nothing is left of it after close', async () => {
  const folder = await privateFolder();
  const opened = await openLabellingEngine({ endpoint: endpointAt('unix:///x'), labels, folder });
  const path = opened.env.DOCKER_HOST.slice('unix://'.length);

  const modes = [(await stat(path)).mode & 0o777, (await stat(dirname(path))).mode & 0o777];
  await opened.close();
  await opened.close();

  expect(modes).toEqual([0o600, 0o700]);
  await expect(readdir(folder)).resolves.toEqual([]);
});

test('SANDBOX_SOCKET_PATH_TOO_LONG: names the folder that is too deep', async () => {
  const folder = join(await privateFolder(), 'd'.repeat(90));

  const opening = openLabellingEngine({ endpoint: endpointAt('unix:///x'), labels, folder });

  await expect(opening).rejects.toMatchObject({ code: 'SANDBOX_SOCKET_PATH_TOO_LONG' });
  await expect(opening).rejects.toThrow(folder);
});

test('SANDBOX_SOCKET_FAILED: the folder is not there', async () => {
  const folder = join(await privateFolder(), 'absent');

  const opening = openLabellingEngine({ endpoint: endpointAt('unix:///x'), labels, folder });

  await expect(opening).rejects.toMatchObject({ code: 'SANDBOX_SOCKET_FAILED' });
});

test('SANDBOX_ENDPOINT_UNSUPPORTED: an engine behind ssh', async () => {
  const folder = await privateFolder();

  const opening = openLabellingEngine({ endpoint: endpointAt('ssh://h'), labels, folder });

  await expect(opening).rejects.toMatchObject({ code: 'SANDBOX_ENDPOINT_UNSUPPORTED' });
});
