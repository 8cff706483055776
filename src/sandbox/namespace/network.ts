import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ContainerAddress, PublishedAddress, ScriptNetwork } from '../script-network.ts';

/** The two halves of a script's network, which do not know each other. */
export interface NetworkHalves {
  readonly listen: (address: PublishedAddress) => Promise<Server>;
  readonly dial: (address: ContainerAddress, patienceMs?: number) => Promise<Duplex>;
}

/** Joins the halves, and remembers what was opened, so that `close` can end it. */
export function joinNetwork({ listen, dial }: NetworkHalves): ScriptNetwork {
  const servers = new Set<Server>();
  const streams = new Set<Duplex>();
  return {
    listen: async (address) => {
      const server = remember(await listen(address), servers);
      server.on('connection', (socket: Socket) => remember<Duplex>(socket, streams));
      return server;
    },
    dial: async (address, patienceMs) => remember(await dial(address, patienceMs), streams),
    close: async () => {
      for (const stream of streams) stream.destroy();
      await Promise.all([...servers].map(closed));
    },
  };
}

function remember<Open extends Server | Duplex>(open: Open, all: Set<Open>): Open {
  all.add(open);
  open.once('close', () => all.delete(open));
  return open;
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
