import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Addresses that no public server may send us to: loopback, link-local, private, unspecified. */
const internal = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  internal.addSubnet(net, prefix, 'ipv4');
}
internal.addAddress('::', 'ipv6');
internal.addAddress('::1', 'ipv6');
internal.addSubnet('fc00::', 7, 'ipv6');
internal.addSubnet('fe80::', 10, 'ipv6');

/** Whether the host of a URL is this machine. Docker's rule for plain HTTP. */
export function isLoopbackHost(hostname: string): boolean {
  const bare = withoutBrackets(hostname);
  return bare === 'localhost' || bare.endsWith('.localhost') || isIn(loopback, bare);
}

/** Whether the host is written as an address, or as a name of this machine, inside a private network. */
export function isInternalLiteral(hostname: string): boolean {
  const bare = withoutBrackets(hostname);
  return bare === 'localhost' || bare.endsWith('.localhost') || isIn(internal, bare);
}

/** A URL's hostname without the brackets of IPv6 and without a closing dot, in lower case. */
export function withoutBrackets(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/gu, '')
    .replace(/\.$/u, '')
    .toLowerCase();
}

/** IPv4 addresses in IPv6 clothes (`::ffff:127.0.0.1`) are found by the IPv4 rules. */
function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
