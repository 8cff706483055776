import { mkdtemp, rm } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portOf } from '../../host/port-of.ts';
import { createRegistryHandler } from '../embedded/handler.ts';
import { layoutOf } from '../embedded/layout.ts';
import { createRegistryStore } from '../embedded/store.ts';
import { openUploadSessions } from '../embedded/upload-sessions.ts';

/** One request as a server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A server of a test's own making on a free port. */
export interface TestServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
}

export async function startServer(
  listener: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  address = '127.0.0.1',
): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { authorization } = request.headers;
      const body = await readBody(request);
      seen.push({ method: request.method ?? '', path: request.url ?? '', authorization, body });
      listener(request, response, body);
    })();
  });
  const port = await listen(server, address);
  return {
    host: `${address}:${port}`,
    port,
    seen,
    [Symbol.asyncDispose]: async () => await closeServer(server),
  };
}

/** Decides whether a request may reach the registry; answers by itself when it may not. */
export type Guard = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The embedded registry behind a guard. */
export async function startGuardedRegistry(
  guard: Guard,
  makeServer: (listener: RequestListener) => Server = createServer,
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-guarded-'));
  const layout = layoutOf(folder);
  const sessions = await openUploadSessions(layout.uploads);
  const handler = createRegistryHandler({ store: createRegistryStore(layout), sessions });
  const seen: SeenRequest[] = [];
  const server = makeServer((request, response) => {
    const { authorization } = request.headers;
    seen.push({ method: request.method ?? '', path: request.url ?? '', authorization, body: '' });
    if (guard(request, response)) handler(request, response);
    else request.resume();
  });
  const port = await listen(server, '127.0.0.1');
  return {
    host: `127.0.0.1:${port}`,
    port,
    seen,
    [Symbol.asyncDispose]: async () => {
      await closeServer(server);
      await sessions.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request as AsyncIterable<Buffer>) text += piece.toString();
  return text;
}

export async function listen(server: Server, address: string): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, address, resolve);
  });
  return portOf(server);
}

export async function closeServer(server: Server): Promise<void> {
  const isClosed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await isClosed;
}
