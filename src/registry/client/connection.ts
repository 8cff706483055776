import { randomBytes } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../host/clock.ts';
import type { Environment } from '../../host/environment.ts';
import type {
  CredentialSource,
  RegistryLimits,
  RegistryTrust,
  RepositoryAddress,
} from '../contract.ts';
import { RegistryError } from '../errors.ts';
import { targetOf } from '../targets/index.ts';
import { createAuthorizer } from './authorizer.ts';
import { loadCertificates } from './certificates.ts';
import { createDispatchers, type Dispatchers } from './dispatchers.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { failureOf } from './failures.ts';
import type { Operation } from './operation.ts';
import { findBase } from './base-address.ts';
import { createRetries, type Retries } from './retries.ts';
import { pullScope } from './scopes.ts';
import { createTransport } from './transport.ts';

export interface ConnectionOptions {
  readonly address: RepositoryAddress;
  readonly env: Environment;
  readonly credentials: CredentialSource;
  readonly limits: RegistryLimits;
  readonly trust: RegistryTrust;
  readonly clock: Clock;
  readonly onWarning: (message: string) => void;
  readonly lookup: LookupFunction | undefined;
}

/** The way to one registry: opened and proven at the first use, then kept. */
export interface Connection {
  readonly retries: Retries;
  /** @throws {RegistryError} NOT_A_REGISTRY and all that opening it may meet. */
  exchange(operation: Operation): Promise<Exchange>;
  close(): Promise<void>;
}

export function createConnection(options: ConnectionOptions): Connection {
  const retries = createRetries(options.limits, options.clock);
  let dispatchers: Dispatchers | undefined;
  let opening: Promise<Exchange> | undefined;
  const open = async (operation: Operation): Promise<Exchange> => {
    const endpoint = targetOf(options.address.host)?.endpoint ?? options.address.host;
    dispatchers ??= createDispatchers({
      env: options.env,
      limits: options.limits,
      certificates: await loadCertificates(options.trust.certificatesFolder, options.address.host),
      lookup: options.lookup,
    });
    const transport = createTransport(dispatchers);
    const base = await findBase(transport, operation, {
      endpoint,
      plainHttp: options.trust.plainHttp,
    });
    const authorizer = createAuthorizer({
      ...options,
      base,
      transport,
      realms: options.trust.realms,
    });
    const exchange = createExchange({
      base,
      host: options.address.host,
      transport,
      authorizer,
      retries,
      onWarning: options.onWarning,
    });
    await proveRegistry(exchange, operation, options.address);
    return exchange;
  };
  return {
    retries,
    exchange: async (operation) => {
      opening ??= open(operation);
      try {
        return await opening;
      } catch (error) {
        opening = undefined;
        throw error;
      }
    },
    close: async () => await dispatchers?.destroy(),
  };
}

/**
 * The base path must answer as the protocol says, and a blob that cannot exist must not: a server that says
 * yes to everything would otherwise take every upload and keep nothing.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#determining-support
 */
async function proveRegistry(
  exchange: Exchange,
  operation: Operation,
  address: RepositoryAddress,
): Promise<void> {
  const scopes = [pullScope(address.name)];
  await exchange.ask(
    operation,
    { method: 'GET', to: '/v2/', scopes, isIntroduction: true },
    async (ping) => {
      if (ping.status === 403) throw await failureOf(ping, operation.title);
      await ping.discard();
      if (ping.url.origin !== exchange.base.origin) {
        throw notARegistry(address, `redirects to ${ping.url.host}`);
      }
      if (ping.status !== 200 && ping.status !== 401) {
        throw notARegistry(address, `answers ${ping.status} to GET /v2/`);
      }
    },
  );
  const impossible = `sha256:${randomBytes(32).toString('hex')}`;
  await exchange.ask(
    operation,
    { method: 'HEAD', to: `/v2/${address.name}/blobs/${impossible}`, scopes },
    async (canary) => {
      await canary.discard();
      if (canary.status < 300) {
        throw notARegistry(address, `claims to have a blob that does not exist (${canary.status})`);
      }
    },
  );
}

function notARegistry(address: RepositoryAddress, what: string): RegistryError {
  return new RegistryError('NOT_A_REGISTRY', `${address.host} is no registry: it ${what}`);
}
