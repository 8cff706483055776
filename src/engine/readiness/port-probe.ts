import { connect } from 'node:net';
import { EngineError } from '../errors.ts';
import { findAddress, type Address } from '../route.ts';
import type { Socket } from '../socket-table.ts';
import { openSocketReader } from '../sockets.ts';
import { askUntil } from './backoff.ts';
import type { Probe, ProbeContext } from './contract.ts';

/** Ready when every one of the ports listens on more than loopback. */
export function portProbe(ports: readonly number[]): Probe {
  const names = listOf(ports.map(String));
  return {
    kind: 'port',
    waitsFor: `a TCP socket on port ${names} on more than loopback`,
    wait: (context) => wait(context, ports),
  };
}

/** An image may EXPOSE 65 535 ports. */
const MOST_NAMED = 20;

function listOf(texts: readonly string[], count = texts.length): string {
  const named = texts.slice(0, MOST_NAMED).join(', ');
  return count > MOST_NAMED ? `${named} and ${String(count - MOST_NAMED)} more` : named;
}

async function wait(context: ProbeContext, ports: readonly number[]): Promise<void> {
  try {
    await using reader = await openSocketReader(context.engine, context.containerId);
    await askUntil(context, async () => {
      const sockets = await reader.read();
      context.saw(
        listOf(
          ports.slice(0, MOST_NAMED).map((port) => describe(port, sockets)),
          ports.length,
        ),
      );
      return ports.every((port) => isOpen(port, sockets));
    });
  } catch (error) {
    const isBlind = error instanceof EngineError && error.code === 'ENGINE_NO_PROBE';
    if (!isBlind) throw error;
    await waitForConnections(context, ports);
  }
}

function isOpen(port: number, sockets: readonly Socket[]): boolean {
  return sockets.some((one) => one.protocol === 'tcp' && one.port === port && !one.isLoopback);
}

function describe(port: number, sockets: readonly Socket[]): string {
  const own = sockets.filter((one) => one.protocol === 'tcp' && one.port === port);
  const addresses = own.map(({ address }) => address).join(' and ');
  if (own.length === 0) return `nothing listens on port ${String(port)}`;
  const only = own.every(({ isLoopback }) => isLoopback) ? ' only' : '';
  return `port ${String(port)} listens on ${addresses}${only}`;
}

/** The engine's proxy accepts for a port that nobody listens on, and closes at once. */
const STAYS_OPEN_MS = 200;

/** Where the sockets cannot be read: a connection that stays open. */
async function waitForConnections(context: ProbeContext, ports: readonly number[]): Promise<void> {
  const state = await context.engine.containers.inspect(context.containerId);
  for (const port of ports) {
    const address = state && findAddress(context.engine, state, port);
    await askUntil(context, async () => address !== undefined && (await staysOpen(address)));
  }
}

async function staysOpen({ host, port }: Address): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (isOpen: boolean) => (): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => setTimeout(settle(true), STAYS_OPEN_MS));
    socket.once('data', settle(true));
    socket.once('error', settle(false));
    socket.once('close', settle(false));
  });
}
