import { createServer, type Server } from 'node:net';
import { systemCodeOf } from '../../kernel/errors.ts';
import type { PublishedAddress } from '../script-network.ts';

/** What an engine means by no address, or by the one that stands for all. */
const ALL = new Set(['', '0.0.0.0']);
/** A machine without IPv6 says one of these. */
const NO_IPV6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL']);

/**
 * Listens where this process is. Published on all addresses means on those of IPv6 as well, as an engine does it.
 * Rejects with the system's own error.
 */
export async function listenOn({ host, port }: PublishedAddress): Promise<Server> {
  if (!ALL.has(host)) return await listen(host, port);
  try {
    return await listen('::', port);
  } catch (error) {
    if (!NO_IPV6.has(systemCodeOf(error) ?? '')) throw error;
    return await listen('0.0.0.0', port);
  }
}

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}
