import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { EngineEndpoint } from '../engine/contract.ts';
import { dialerOf } from './engine-dial.ts';
import { SandboxError } from './errors.ts';
import { volumesOfImages } from './anonymous-volumes.ts';
import { labelCreated } from './labelled-create.ts';
import { relay } from './relay.ts';

export interface LabellingEngineOptions {
  readonly endpoint: EngineEndpoint;
  /** Put on each container, network and volume that is made through it, anonymous volumes too. */
  readonly labels: Readonly<Record<string, string>>;
  /** Existing folder that only this user may enter. The socket gets a folder of its own in it. */
  readonly folder: string;
}

export interface LabellingEngine {
  /** Leads any Docker client here. TLS settings and contexts of the real engine must not be set besides. */
  readonly env: { readonly DOCKER_HOST: `unix://${string}` };
  /** Ends all connections and removes the socket. May be called twice. */
  close(): Promise<void>;
}

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, with the zero byte. */
const MAX_SOCKET_PATH_BYTES = 100;
const SOCKET_NAME = 'd.sock';

/**
 * A private socket that behaves as the engine behind it, and labels what is made through it: whoever knows
 * the labels can remove everything that a program made, even after this process was killed.
 * @throws {SandboxError} SANDBOX_SOCKET_PATH_TOO_LONG, SANDBOX_SOCKET_FAILED,
 * SANDBOX_ENDPOINT_UNSUPPORTED
 */
export async function openLabellingEngine(
  options: LabellingEngineOptions,
): Promise<LabellingEngine> {
  const dial = await dialerOf(options.endpoint);
  const rewrite = labelCreated({ labels: options.labels, volumesOf: volumesOfImages(dial) });
  const connections = new Set<Socket>();
  // Read requests as soon as they come, write answers as soon as they come: no delay for small packets.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const engine = dial();
    engine.setNoDelay(true);
    for (const socket of [client, engine]) {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
    }
    relay({ client, engine }, rewrite);
  });
  const { path, folder } = await socketPathIn(options.folder);
  try {
    await listen(server, path);
    await chmod(path, 0o600);
  } catch (error) {
    server.close();
    await rm(folder, { recursive: true, force: true });
    throw failedAt(path, error);
  }
  return {
    env: { DOCKER_HOST: `unix://${path}` },
    close: async () => {
      const isClosed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of connections) socket.destroy();
      await isClosed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function socketPathIn(parent: string): Promise<{ path: string; folder: string }> {
  const prefix = join(parent, 'e-');
  const sizeBytes = Buffer.byteLength(join(`${prefix}XXXXXX`, SOCKET_NAME));
  if (sizeBytes > MAX_SOCKET_PATH_BYTES) {
    throw new SandboxError(
      'SANDBOX_SOCKET_PATH_TOO_LONG',
      `No socket fits into ${parent}: its path would have ${sizeBytes} bytes, at most ${MAX_SOCKET_PATH_BYTES} are possible`,
    );
  }
  try {
    const folder = await mkdtemp(prefix);
    return { folder, path: join(folder, SOCKET_NAME) };
  } catch (error) {
    throw failedAt(parent, error);
  }
}

function failedAt(path: string, cause: unknown): SandboxError {
  return new SandboxError('SANDBOX_SOCKET_FAILED', `No socket could be opened at ${path}`, {
    cause,
  });
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
