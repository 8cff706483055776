import type { Socket } from '../../engine/socket-table.ts';
import { renderList } from './render.ts';

/** Of a socket of the engine room, what matters here. Only TCP is looked at. */
export type ListeningSocket = Pick<Socket, 'address' | 'port' | 'isLoopback' | 'protocol'>;

export type PortSighting = 'reachable' | 'loopback' | 'closed';

/** Whether others can reach a port; listening on every address or on the container's own is the same here. */
export function sightPort(sockets: readonly ListeningSocket[], port: number): PortSighting {
  const own = sockets.filter((socket) => socket.protocol === 'tcp' && socket.port === port);
  if (own.some((socket) => !socket.isLoopback)) return 'reachable';
  return own.length > 0 ? 'loopback' : 'closed';
}

/** `it listens on 127.0.0.1:8080 and 0.0.0.0:9000`, or that it listens nowhere. */
export function renderSockets(sockets: readonly ListeningSocket[]): string {
  const tcp = sockets.filter(({ protocol }) => protocol === 'tcp');
  if (tcp.length === 0) return 'it listens on no TCP port';
  const places = tcp.map(({ address, port }) =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
  );
  return `it listens on ${renderList([...new Set(places)])}`;
}
