import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { portOf } from '../../host/port-of.ts';
import { systemCodeOf } from '../../kernel/errors.ts';
import { SandboxError } from '../errors.ts';
import type { ContainerAddress, PublishedAddress, ScriptNetwork } from '../script-network.ts';

/** The loopback of this machine, shared by scripts that run at the same time. */
export interface HostNetworks {
  /** For one script. */
  open(): ScriptNetwork;
}

export interface HostNetworksOptions {
  /** How long a port that another script of ours holds is waited for. @default 120 000 */
  readonly queueMs?: number | undefined;
}

const QUEUE_MS = 120_000;
const PATIENCE_MS = 15_000;
const RETRY_MS = 25;

/**
 * Published ports on this machine's own loopback; containers are dialled directly. Scripts that want the same port wait
 * for each other, so that they are serialised only where they really conflict. A port that the script itself or
 * anybody else holds is refused at once, as Docker does.
 */
export function hostNetworks({ queueMs = QUEUE_MS }: HostNetworksOptions = {}): HostNetworks {
  /** Port to the network that holds it, and those who wait. */
  const holders = new Map<number, { owner: ScriptNetwork; isFree: Promise<unknown> }>();

  const waitForTurn = async (port: number, owner: ScriptNetwork): Promise<void> => {
    const untilMs = performance.now() + queueMs;
    for (;;) {
      const holder = holders.get(port);
      const leftMs = untilMs - performance.now();
      if (holder === undefined || holder.owner === owner || leftMs <= 0) return;
      await Promise.race([holder.isFree, pause(leftMs, undefined, { ref: false })]);
    }
  };

  return {
    open: () => {
      const servers = new Set<Server>();
      const network: ScriptNetwork = {
        listen: async (address) => {
          if (address.port !== 0) await waitForTurn(address.port, network);
          const server = await listenOn(address);
          servers.add(server);
          const isFree = once(server, 'unbound');
          const port = portOf(server);
          holders.set(port, { owner: network, isFree });
          onUnbound(server, () => {
            servers.delete(server);
            holders.delete(port);
          });
          return server;
        },
        dial: dialContainer,
        close: async () => {
          for (const server of servers) server.close();
          await Promise.resolve();
        },
      };
      return network;
    },
  };
}

/** `close` of a server is told when its last connection ends; the port is free when it is called. */
function onUnbound(server: Server, then: () => void): void {
  const close = server.close.bind(server);
  server.close = (callback) => {
    const result = close(callback);
    then();
    server.emit('unbound');
    return result;
  };
}

async function listenOn({ host, port }: PublishedAddress): Promise<Server> {
  const isAny = host === '' || host === '0.0.0.0' || host === '::';
  const server = await listenAt(isAny ? '127.0.0.1' : host, port);
  if (!isAny) return server;
  // `localhost` may mean either; where there is no second loopback the first has to do.
  const second = await listenAt('::1', portOf(server)).catch(() => undefined);
  if (second === undefined) return server;
  second.on('connection', (socket) => server.emit('connection', socket));
  onUnbound(server, () => second.close());
  return server;
}

async function listenAt(host: string, port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.listen({ host, port, exclusive: true });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new SandboxError(
      'SANDBOX_PORT_HELD',
      `Port ${String(port)} of ${host} cannot be opened (${systemCodeOf(cause) ?? 'unknown'})`,
      { cause },
    );
  }
  server.on('error', () => undefined);
  return server;
}

/** Connects to a container; a refusal is tried again as long as the patience lasts. */
export async function dialContainer(
  address: ContainerAddress,
  patienceMs = PATIENCE_MS,
): Promise<Socket> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await dialOnce(address);
    } catch (cause) {
      const isOver = performance.now() + RETRY_MS > untilMs;
      if (isOver || systemCodeOf(cause) !== 'ECONNREFUSED') {
        const at = `${address.ip}:${String(address.port)}`;
        throw new SandboxError('SANDBOX_DIAL_FAILED', `Nothing answers at ${at}`, { cause });
      }
      await pause(RETRY_MS);
    }
  }
}

async function dialOnce({ ip, port }: ContainerAddress): Promise<Socket> {
  const socket = connect({ host: ip, port, allowHalfOpen: true, noDelay: true });
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
