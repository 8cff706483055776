import type { Socket } from '../../../engine/socket-table.ts';
import { lookInService } from '../need-service.ts';
import type { ResourceKind } from '../resource-kind.ts';

/** What listens in the container, on loopback too. `tcp` is IPv4 alone, `tcp6` what is bound to an address of IPv6. */
export const port: ResourceKind = {
  type: 'port',
  nameKey: 'port',
  properties: { listening: { isRequired: true }, ip: {} },
  settings: {},
  isGated: true,
  refuses: (name) =>
    /^(?:(?:tcp|udp)6?:)?[1-9]\d{0,4}$/u.test(name)
      ? undefined
      : {
          message: `\`${name}\` is no port that anything could listen on.`,
          suggestion: 'Write a number, or `tcp:80`, `tcp6:80`, `udp:53` or `udp6:53`.',
        },
  needs: () => 'service',
  look: async ({ name }, scene) =>
    await lookInService(scene, async (service) => {
      const wanted = name.includes(':') ? name : `tcp:${name}`;
      const sockets = await service.sockets();
      const found = sockets.filter((socket) => nameOf(socket) === wanted);
      const fix = adviceOn(wanted, sockets);
      return (property) =>
        property === 'listening'
          ? { value: found.length > 0, fix }
          : { value: found.map(({ address }) => address), fix };
    }),
};

function nameOf({ protocol, isIpv6, port: number }: Socket): string {
  return `${protocol}${isIpv6 ? '6' : ''}:${String(number)}`;
}

function adviceOn(wanted: string, sockets: readonly Socket[]): string {
  const other = wanted.replace(
    /^(tcp|udp)(6?):/u,
    (_, protocol, six) => `${String(protocol)}${six === '' ? '6' : ''}:`,
  );
  if (sockets.some((socket) => nameOf(socket) === other)) {
    return `Write \`${other}\`: it is bound to an address of the other version of IP, as goss sees it.`;
  }
  const all = [...new Set(sockets.map(nameOf))].slice(0, 10).join(', ');
  return `Compare with what listens: ${all === '' ? 'nothing' : all}.`;
}
