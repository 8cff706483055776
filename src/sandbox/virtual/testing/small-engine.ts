import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { VirtualEngine } from '../contract.ts';
import { hostNetworks } from '../host-network.ts';
import { openVirtualEngine } from '../index.ts';

/** Answers of a small engine, by `METHOD /path` without version and query; a function is given the whole call. */
export type Answers = Readonly<Record<string, object | Answer>>;
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A virtual engine before a server of the test's own. */
export interface SmallEngine extends AsyncDisposable {
  readonly opened: VirtualEngine;
  /** Calls that reached the server, `METHOD /path?query`. */
  readonly calls: readonly string[];
  /** Sends one call through the virtual engine. */
  call(method: string, path: string, options?: CallOptions): Promise<IncomingMessage>;
  /** The same, with the whole answer. */
  ask(
    method: string,
    path: string,
    options?: CallOptions,
  ): Promise<{ status: number; body: string }>;
  /** A bare connection to the virtual engine. */
  dial(): Socket;
}

export interface CallOptions {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Id of the container that `create` answers with, unless the test answers itself. */
export const ID = 'ab'.repeat(32);

const DEFAULTS: Answers = {
  'POST /networks/create': { Id: 'cd'.repeat(32) },
  'GET /containers/json': [],
  'GET /networks': [],
  'GET /volumes': { Volumes: [] },
  'GET /images/x/json': { Id: 'sha256:1', Config: {} },
  'POST /containers/create': { Id: ID },
};

export async function openSmallEngine(
  answers: Answers,
  onUpgrade?: (request: IncomingMessage, socket: Socket, head: Buffer) => void,
): Promise<SmallEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'small-'));
  const calls: string[] = [];
  const all: Answers = { ...DEFAULTS, ...answers };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/v[\d.]+/u, '');
    calls.push(`${request.method ?? ''} ${path}`);
    const found = all[`${request.method ?? ''} ${path.split('?')[0] ?? ''}`];
    if (isAnswer(found)) return found(request, response);
    request.resume();
    const status = found === undefined ? 404 : path.includes('/create') ? 201 : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? { message: 'page not found' }));
  });
  if (onUpgrade !== undefined) {
    server.on('upgrade', (request, socket, head) => {
      calls.push(`${request.method ?? ''} ${(request.url ?? '').replace(/^\/v[\d.]+/u, '')}`);
      if ('remoteAddress' in socket) Reflect.apply(onUpgrade, undefined, [request, socket, head]);
    });
  }
  const path = join(folder, 'real.sock');
  server.listen(path);
  await once(server, 'listening');
  const env = { DOCKER_HOST: `unix://${path}` };
  const opened = await openVirtualEngine({
    endpoint: { kind: 'unix', url: env.DOCKER_HOST, origin: 'test', env },
    session: '0a1b2c3d',
    labels: { 'seatrial.test': 'small' },
    folder,
    network: hostNetworks().open(),
  });
  const call: SmallEngine['call'] = async (method, path, { body, headers, signal } = {}) =>
    await new Promise((resolve, reject) => {
      const outgoing = request({
        socketPath: opened.socketPath,
        method,
        path,
        headers: { host: 'docker', ...headers },
        ...(signal === undefined ? {} : { signal }),
      });
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  return {
    opened,
    calls,
    call,
    ask: async (...args) => {
      const response = await call(...args);
      return { status: response.statusCode ?? 0, body: await text(response) };
    },
    dial: () => connect({ path: opened.socketPath, allowHalfOpen: true }),
    [Symbol.asyncDispose]: async () => {
      await opened.close().catch(() => undefined);
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isAnswer(value: object | Answer | undefined): value is Answer {
  return typeof value === 'function';
}
