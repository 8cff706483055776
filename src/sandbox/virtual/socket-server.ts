import { chmod, mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { SandboxError } from '../errors.ts';

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, with the zero byte. */
const MAX_SOCKET_PATH_BYTES = 100;
const SOCKET_NAME = 'd.sock';

export interface SocketPlace {
  readonly path: string;
  /** A folder of its own, removed with it. */
  readonly folder: string;
}

/** @throws {SandboxError} SANDBOX_SOCKET_PATH_TOO_LONG, SANDBOX_SOCKET_FAILED */
export async function socketPlaceIn(parent: string): Promise<SocketPlace> {
  const prefix = join(parent, 'e-');
  const sizeBytes = Buffer.byteLength(join(`${prefix}XXXXXX`, SOCKET_NAME));
  if (sizeBytes > MAX_SOCKET_PATH_BYTES) {
    throw new SandboxError(
      'SANDBOX_SOCKET_PATH_TOO_LONG',
      `No socket fits into ${parent}: its path would have ${String(sizeBytes)} bytes, at most ${String(MAX_SOCKET_PATH_BYTES)} are possible`,
    );
  }
  try {
    const folder = await mkdtemp(prefix);
    return { folder, path: join(folder, SOCKET_NAME) };
  } catch (error) {
    throw failedAt(parent, error);
  }
}

/** Listens with mode 0600; on failure nothing is left. @throws {SandboxError} SANDBOX_SOCKET_FAILED */
export async function listenAtSocket(server: Server, { path, folder }: SocketPlace): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    });
    await chmod(path, 0o600);
  } catch (error) {
    server.close();
    await rm(folder, { recursive: true, force: true });
    throw failedAt(path, error);
  }
}

function failedAt(path: string, cause: unknown): SandboxError {
  return new SandboxError('SANDBOX_SOCKET_FAILED', `No socket could be opened at ${path}`, {
    cause,
  });
}
