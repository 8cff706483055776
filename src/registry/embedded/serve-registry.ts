import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { portOf } from '../../host/port-of.ts';
import { messageOf } from '../../kernel/errors.ts';
import { RegistryError } from '../errors.ts';
import type { HandlerOptions } from './handler-options.ts';
import { createRegistryHandler } from './handler.ts';
import { layoutOf } from './layout.ts';
import { createRegistryStore } from './store.ts';
import { openUploadSessions } from './upload-sessions.ts';

export interface ServeRegistryOptions extends HandlerOptions {
  /** Where everything is kept; made when absent. Several processes may serve one folder. */
  readonly folder: string;
  /** @default 0, which takes a free one */
  readonly port?: number | undefined;
  /** Address to listen on. The registry asks for no credentials. @default 127.0.0.1 */
  readonly host?: string | undefined;
}

export interface ServedRegistry extends AsyncDisposable {
  /** `http://127.0.0.1:5000`. */
  readonly url: string;
  /** As it is written in front of a repository: `127.0.0.1:5000`. */
  readonly host: string;
  readonly port: number;
  /** Stops at once; uploads under way are dropped, everything committed stays. */
  close(): Promise<void>;
}

/**
 * A registry on a folder that Docker and every other client can push to and pull from.
 * @throws {RegistryError} REGISTRY_FOLDER_UNUSABLE when the folder or the port cannot be used.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
 */
export async function serveRegistry(options: ServeRegistryOptions): Promise<ServedRegistry> {
  const layout = layoutOf(options.folder);
  const sessions = await orUnusable(`folder ${options.folder}`, async () => {
    await mkdir(layout.repositories, { recursive: true });
    return await openUploadSessions(layout.uploads);
  });
  const handler = createRegistryHandler({ store: createRegistryStore(layout), sessions }, options);
  // Uploads take as long as they take; only a client that does not finish its headers is cut off.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 30_000 }, handler);
  const host = options.host ?? '127.0.0.1';
  const close = async (): Promise<void> => {
    const isClosed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeAllConnections();
    await isClosed;
    await sessions.close();
  };
  try {
    await orUnusable(`port ${options.port ?? 0} of ${host}`, () =>
      listen(server, { port: options.port ?? 0, host }),
    );
  } catch (error) {
    await sessions.close();
    throw error;
  }
  const port = portOf(server);
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return {
    url: `http://${authority}`,
    host: authority,
    port,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function listen(server: Server, at: { port: number; host: string }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function orUnusable<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw new RegistryError(
      'REGISTRY_FOLDER_UNUSABLE',
      `The registry cannot use ${what}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
