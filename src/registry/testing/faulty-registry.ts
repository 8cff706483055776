import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRepository } from '../client/open-repository.ts';
import type { Repository, RepositoryOptions } from '../contract.ts';
import { anonymous } from '../credentials/given-credentials.ts';
import { createFaults, type Fault, type Faults } from '../embedded/faults.ts';
import type { ServedRequest } from '../embedded/handler-options.ts';
import { serveRegistry } from '../embedded/serve-registry.ts';

/** The embedded registry on a temporary folder, with a switch for each of its lies. */
export interface FaultyRegistry extends AsyncDisposable {
  readonly host: string;
  readonly folder: string;
  readonly faults: Faults;
  /** All requests so far, in the order of their answers. */
  readonly requests: readonly ServedRequest[];
  /** Opens `app` there, with limits that suit a test. */
  open(options?: Partial<RepositoryOptions>): Repository;
}

/** Retries at once, gives up early. */
export const quickLimits = {
  backoffMs: 2,
  readBackMs: 300,
  idleMs: 2000,
  connectMs: 2000,
} as const;

export async function startFaultyRegistry(faults: readonly Fault[] = []): Promise<FaultyRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-registry-'));
  const requests: ServedRequest[] = [];
  const switched = createFaults(faults);
  const server = await serveRegistry({
    folder,
    faults: switched,
    onRequest: (request) => requests.push(request),
  });
  const opened: Repository[] = [];
  return {
    host: server.host,
    folder,
    faults: switched,
    requests,
    open: (options = {}) => {
      const repository = openRepository({
        repository: `${server.host}/app`,
        env: {},
        credentials: anonymous,
        ...options,
        limits: { ...quickLimits, ...options.limits },
      });
      opened.push(repository);
      return repository;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map(async (repository) => await repository[Symbol.asyncDispose]()));
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
