import type { Server } from 'node:net';

/** The TCP port that a server listens on; 0 when it does not listen, or on a path. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
