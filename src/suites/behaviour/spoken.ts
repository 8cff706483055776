import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { sendHttp } from '../../engine/http-request.ts';
import { findAddress, type Address } from '../../engine/route.ts';
import { systemCodeOf } from '../../kernel/errors.ts';
import type { SpokenPort } from './spoken-port.ts';
import type { Trial } from './trial.ts';

/** A client that is in no hurry would wait longer; who answers, answers sooner. */
const TIMEOUT_MS = 2000;
/** An image may EXPOSE 65 535 ports. */
const MOST_PORTS = 10;

/**
 * Talks to ports of a container: a connection, `GET /`, and, where that gets no answer of HTTP, a TLS handshake.
 * Certificates are not looked at.
 * @returns absent when there is no way to the container from here
 */
export async function talkTo(
  { scope, signal }: Trial,
  containerId: string,
  ports: readonly number[],
): Promise<readonly SpokenPort[] | undefined> {
  const state = await scope.engine.containers.inspect(containerId);
  if (state === undefined) return undefined;
  const routes = ports.slice(0, MOST_PORTS).map((port) => ({
    port,
    address: findAddress(scope.engine, state, port),
  }));
  const reached = routes.flatMap(({ port, address }) =>
    address === undefined ? [] : [{ port, address }],
  );
  if (reached.length < routes.length) return undefined;
  return await Promise.all(
    reached.map(async ({ port, address }) => ({ port, speaks: await talk(address, signal) })),
  );
}

/** Said by whoever is there. Other failures are of the way: a firewall, a network without a route. */
const REFUSALS: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET']);

/** What is at an address. */
export async function talk(address: Address, signal: AbortSignal): Promise<SpokenPort['speaks']> {
  const refusal = await tryConnection(address);
  if (refusal !== undefined)
    return { kind: REFUSALS.has(refusal) ? 'refused' : 'unreached', because: refusal };
  const answer = await sendHttp({
    address,
    method: 'GET',
    path: '/',
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  signal.throwIfAborted();
  if (answer.state === 'answered') return { kind: 'http', status: answer.status };
  // A server of TLS does not take long to see that this is none.
  if (answer.reason === 'timeout') return { kind: 'other' };
  const protocol = await tryTls(address);
  return protocol === undefined ? { kind: 'other' } : { kind: 'tls', protocol };
}

/** What the system says of the connection; absent when it stands. */
async function tryConnection({ host, port }: Address): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = connectTcp({ host, port, timeout: TIMEOUT_MS });
    const end = (refusal?: string): void => {
      socket.destroy();
      resolve(refusal);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end('no answer'));
    socket.once('error', (error) => end(systemCodeOf(error) ?? error.message));
  });
}

/** The version that was agreed on; absent when it is no TLS. */
async function tryTls({ host, port }: Address): Promise<string | undefined> {
  return await new Promise((resolve) => {
    // Whose certificate it is says nothing about whether it speaks.
    const socket: TLSSocket = connectTls({
      host,
      port,
      timeout: TIMEOUT_MS,
      rejectUnauthorized: false,
    });
    const end = (protocol?: string): void => {
      socket.destroy();
      resolve(protocol);
    };
    socket.once('secureConnect', () => end(socket.getProtocol() ?? 'TLS'));
    socket.once('timeout', () => end());
    socket.once('error', () => end());
    socket.once('close', () => end());
  });
}
