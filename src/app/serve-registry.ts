import { resolve } from 'node:path';
import { once } from 'node:events';
import { serveRegistry } from '../registry/embedded/serve-registry.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';

export interface ServeRequest {
  readonly folder: string;
  readonly port: string;
  readonly host: string;
}

/** Serves until the host's signal aborts. Prints the address once it listens. */
export async function serveUntilInterrupted(host: AppHost, request: ServeRequest): Promise<void> {
  const port = Number(request.port);
  if (!/^\d+$/u.test(request.port) || port > 65_535)
    throw new CommandError('OPTION_INVALID', `--port takes 0 to 65535, not ${request.port}`);
  await using served = await serveRegistry({
    folder: resolve(host.cwd, request.folder),
    port,
    host: request.host,
  });
  host.stdout.write(`listening on ${served.host}\n`);
  if (!host.signal.aborted) await once(host.signal, 'abort');
}
