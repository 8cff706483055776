import { systemClock } from '../../host/clock.ts';
import { parseAddress } from '../address.ts';
import type { RegistryLimits, RegistryTrust, Repository, RepositoryOptions } from '../contract.ts';
import { dockerCredentials } from '../credentials/docker-credentials.ts';
import { createBlobs } from './blobs.ts';
import { createConnection } from './connection.ts';
import { createManifests } from './manifests.ts';
import { runOperation } from './operation.ts';
import type { Session } from './session.ts';
import { createTags } from './tags.ts';

const defaultLimits: RegistryLimits = {
  deadlineMs: 30 * 60_000,
  connectMs: 10_000,
  idleMs: 60_000,
  attempts: 6,
  backoffMs: 250,
  retryAfterMs: 120_000,
  readBackMs: 30_000,
  chunkBytes: 16 * 1024 ** 2,
  uploads: 4,
};

const defaultTrust: RegistryTrust = {
  plainHttp: 'loopback',
  realms: [],
  certificatesFolder: '/etc/docker/certs.d',
};

/**
 * A repository, ready for use. Nothing is sent before the first method is called.
 * @throws {RegistryError} REPOSITORY_INVALID
 */
export function openRepository(options: RepositoryOptions): Repository {
  const address = parseAddress(options.repository);
  const limits = { ...defaultLimits, ...options.limits };
  const clock = options.clock ?? systemClock;
  const closing = new AbortController();
  const signal = options.signal
    ? AbortSignal.any([options.signal, closing.signal])
    : closing.signal;
  const onWarning = tellOnce(options.onWarning);
  const connection = createConnection({
    address,
    env: options.env,
    credentials: options.credentials ?? dockerCredentials({ env: options.env, onWarning }),
    limits,
    trust: { ...defaultTrust, ...options.trust },
    clock,
    onWarning,
    lookup: options.lookup,
  });
  const context = { limits, clock, signal, repository: address.repository };
  const session: Session = {
    address,
    limits,
    clock,
    connection,
    run: async (title, work) =>
      await runOperation(
        context,
        title,
        async (operation) => await work(operation, await connection.exchange(operation)),
      ),
  };
  return {
    address,
    probe: async () => await session.run('reach the registry', async () => undefined),
    blobs: createBlobs(session),
    manifests: createManifests(session),
    tags: createTags(session),
    [Symbol.asyncDispose]: async () => {
      closing.abort(new Error('the repository was closed'));
      await connection.close();
    },
  };
}

function tellOnce(listener: ((message: string) => void) | undefined): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (told.has(message)) return;
    told.add(message);
    listener?.(message);
  };
}
