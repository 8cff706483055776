import type { ContainerState, Engine } from './contract.ts';
import { EngineError } from './errors.ts';

/** Where a port of a container is reached from this process. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Whether ports must be published to be reached: true unless the engine is on this very machine. */
export function needsPublishing(engine: Engine): boolean {
  return !engine.info.isLocal;
}

/**
 * Where a TCP port of a running container is reached: on our own network when the engine is local, else at the published
 * port.
 * @throws {EngineError} ENGINE_NO_ROUTE when the container is down or did not publish the port.
 */
export function addressOf(engine: Engine, state: ContainerState, port: number): Address {
  const address = findAddress(engine, state, port);
  if (address !== undefined) return address;
  throw new EngineError(
    'ENGINE_NO_ROUTE',
    `Port ${String(port)} of container ${state.name} cannot be reached: it is ${state.status}, and ${describe(engine, state)}`,
  );
}

/** As `addressOf`; absent when there is no way. */
export function findAddress(
  engine: Engine,
  state: ContainerState,
  port: number,
): Address | undefined {
  if (engine.info.isLocal) {
    const host = Object.values(state.addresses)[0];
    if (host !== undefined) return { host, port };
  }
  const published = state.publishedPorts[`${String(port)}/tcp`];
  return published === undefined ? undefined : { host: publishedHost(engine), port: published };
}

/** The engine's loopback address is ours only when the engine is here. */
function publishedHost({ endpoint }: Engine): string {
  if (endpoint.kind === 'unix') return '127.0.0.1';
  const host = new URL(endpoint.url.replace(/^tcp:/u, 'http:')).hostname.replace(/^\[|\]$/gu, '');
  return host === 'localhost' ? '127.0.0.1' : host;
}

function describe(engine: Engine, state: ContainerState): string {
  const ports = Object.keys(state.publishedPorts).join(', ') || 'none';
  return engine.info.isLocal ? 'it has no address' : `its published ports are: ${ports}`;
}
