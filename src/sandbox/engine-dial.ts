import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { findEngine } from '../engine/connect.ts';
import type { EngineEndpoint } from '../engine/contract.ts';
import type { TlsMaterial } from '../engine/endpoint.ts';
import { SandboxError } from './errors.ts';

/** Opens one more connection to the engine. The socket may still be connecting. */
export type Dial = () => Socket;

/**
 * Reads certificates once; each call of the result opens a connection that may be closed in one direction.
 * @throws {SandboxError} SANDBOX_ENDPOINT_UNSUPPORTED
 */
export async function dialerOf(endpoint: EngineEndpoint): Promise<Dial> {
  const target = await findEngine({ env: endpoint.env, host: endpoint.env['DOCKER_HOST'] });
  if (target.socketPath !== undefined) {
    const path = target.socketPath;
    return () => connectPlain({ path, allowHalfOpen: true });
  }
  const { kind, host, port, tls } = target;
  if (kind === 'ssh' || host === undefined || port === undefined) {
    throw new SandboxError(
      'SANDBOX_ENDPOINT_UNSUPPORTED',
      `Scripts cannot be given the engine at ${endpoint.url}`,
    );
  }
  if (tls === undefined) return () => connectPlain({ host, port, allowHalfOpen: true });
  const secure = { host, port, allowHalfOpen: true, ...tlsOptions(tls) };
  return () => connectTls(secure);
}

function tlsOptions({ ca, cert, key, isVerified }: TlsMaterial): ConnectionOptions {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: isVerified,
  };
}
