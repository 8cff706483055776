import { z } from 'zod';
import type { Socket } from '../../../engine/socket-table.ts';
import { isLocalHost } from '../local-host.ts';
import { lookInService } from '../need-service.ts';
import type { ResourceKind } from '../resource-kind.ts';

/** Addresses of the container itself; those of others only goss can try, from where the container is. */
export const addr: ResourceKind = {
  type: 'addr',
  nameKey: 'address',
  properties: { reachable: { isRequired: true } },
  settings: { timeout: z.number().optional(), 'local-address': z.string().optional() },
  isGated: false,
  refuses: (name) =>
    ADDRESS.test(name)
      ? undefined
      : {
          message: `\`${name}\` is no address, so nothing could be reached.`,
          suggestion: 'Write it as `tcp://localhost:80`.',
        },
  needs: ({ name }) => {
    const { host } = toTarget(name);
    return isLocalHost(host)
      ? 'service'
      : { goss: `is on another machine, which can only be tried from inside of the container` };
  },
  look: async ({ name }, scene) =>
    await lookInService(scene, async (service) => {
      const target = toTarget(name);
      const sockets = await service.sockets();
      // Nothing is sent for a connection of UDP, so it is always there.
      const isReachable =
        target.protocol === 'udp' || sockets.some((socket) => accepts(socket, target));
      return () => ({ value: isReachable, fix: 'Compare with what listens in the container.' });
    }),
};

interface Target {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:((?:tcp|udp)[46]?):\/\/)?\[?(.*?)\]?:(\d+)$/u;

function toTarget(name: string): Target {
  const [, protocol = 'tcp', host = '', port = ''] = ADDRESS.exec(name) ?? [];
  return { protocol: protocol.replace(/\d$/u, ''), host, port: Number(port) };
}

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

function accepts(socket: Socket, { host, port }: Target): boolean {
  if (socket.protocol !== 'tcp' || socket.port !== port) return false;
  if (EVERYWHERE.has(socket.address) || EVERYWHERE.has(host) || host === 'localhost') {
    return socket.isLoopback || EVERYWHERE.has(socket.address);
  }
  return socket.address === host;
}
