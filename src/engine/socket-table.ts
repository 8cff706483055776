/** A socket that a container listens on, or, for udp, has bound. */
export interface Socket {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** Whether it is of the tables of IPv6, where one for both versions is, too. */
  readonly isIpv6: boolean;
  /** Reachable from inside the container only. */
  readonly isLoopback: boolean;
}

/** Tables of `/proc/<pid>/net`, in the order in which they are read. */
export const socketTables = ['tcp', 'tcp6', 'udp', 'udp6'] as const;
export type SocketTable = (typeof socketTables)[number];

/** Socket states: TCP_LISTEN, and TCP_CLOSE for a udp socket that is bound but not connected. */
const LISTENING: Readonly<Record<SocketTable, string>> = {
  tcp: '0A',
  tcp6: '0A',
  udp: '07',
  udp6: '07',
};

/** A TCP connection to a port of the container: one that stands, or has just ended. */
export interface Connection {
  readonly localPort: number;
  /** Address and port of the other side, in the words of the kernel: tells one from another. */
  readonly peer: string;
}

/** All states of a connection but those of one that is not yet, or no longer, between two: SYN_SENT, CLOSE. */
const CONNECTED = /^(?:01|0[3-6]|0[89]|0B)$/u;

/** Reads the connections of one table; those of the container to others, too. */
export function parseConnections(text: string, table: SocketTable): readonly Connection[] {
  if (table.startsWith('udp')) return [];
  return text.split('\n').flatMap((line): readonly Connection[] => {
    const match = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]{2}) /u.exec(
      line,
    );
    const [, port = '', peer = '', state = ''] = match ?? [];
    return CONNECTED.test(state) ? [{ localPort: Number.parseInt(port, 16), peer }] : [];
  });
}

/** The engine's own name server, which is in every container of a user network. */
const ENGINE_DNS = '127.0.0.11';

/**
 * Reads the listening sockets of one table.
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function parseSocketTable(text: string, table: SocketTable): readonly Socket[] {
  return text.split('\n').flatMap((line): readonly Socket[] => {
    const match = /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) /u.exec(
      line,
    );
    const [, hex = '', port = '', state] = match ?? [];
    if (state !== LISTENING[table]) return [];
    const address = parseAddress(hex);
    if (address === ENGINE_DNS) return [];
    return [
      {
        protocol: table.startsWith('tcp') ? 'tcp' : 'udp',
        address,
        port: Number.parseInt(port, 16),
        isIpv6: table.endsWith('6'),
        isLoopback: isLoopback(address),
      },
    ];
  });
}

/** The kernel prints each 32-bit word of an address in the byte order of the machine: little-endian on all we run on. */
function parseAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return bytes.length === 4 ? bytes.join('.') : renderIpv6(bytes);
}

function renderIpv6(bytes: Buffer): string {
  const isMapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes.readUInt16BE(10) === 0xffff;
  if (isMapped) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    bytes.readUInt16BE(index * 2).toString(16),
  );
  // URL knows the rules for the short form.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
