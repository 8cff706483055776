import { expect, test } from 'vitest';
import { parseConnections, parseSocketTable } from './socket-table.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n';
const tail = '00000000:00000000 00:00000000 00000000     0        0 1076 1 0 100 0 0 10 0';

test('listening TCP sockets are read, others are not', () => {
  const text = `${HEAD}   0: 00000000:1F90 00000000:0000 0A ${tail}
   1: 0100007F:1F91 00000000:0000 0A ${tail}
   2: 0200A8C0:C350 0100A8C0:01BB 01 ${tail}
`;

  expect(parseSocketTable(text, 'tcp')).toEqual([
    { protocol: 'tcp', address: '0.0.0.0', port: 8080, isIpv6: false, isLoopback: false },
    { protocol: 'tcp', address: '127.0.0.1', port: 8081, isIpv6: false, isLoopback: true },
  ]);
});

test("the engine's name server is no socket of the container", () => {
  const text = `${HEAD}   0: 0B00007F:A3C1 00000000:0000 0A ${tail}\n`;

  expect(parseSocketTable(text, 'tcp')).toEqual([]);
});

test('IPv6 addresses are read, in their short form', () => {
  const text = `${HEAD}   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A ${tail}
   1: 00000000000000000000000001000000:0051 00000000000000000000000000000000:0000 0A ${tail}
   2: 0000000000000000FFFF00000100007F:0052 00000000000000000000000000000000:0000 0A ${tail}
   3: B80D0120000000000000000001000000:0053 00000000000000000000000000000000:0000 0A ${tail}
`;

  expect(parseSocketTable(text, 'tcp6')).toEqual([
    { protocol: 'tcp', address: '::', port: 80, isIpv6: true, isLoopback: false },
    { protocol: 'tcp', address: '::1', port: 81, isIpv6: true, isLoopback: true },
    { protocol: 'tcp', address: '127.0.0.1', port: 82, isIpv6: true, isLoopback: true },
    { protocol: 'tcp', address: '2001:db8::1', port: 83, isIpv6: true, isLoopback: false },
  ]);
});

test('bound UDP sockets are read, connected ones are not', () => {
  const text = `${HEAD}  10: 00000000:0035 00000000:0000 07 ${tail}
  11: 0200A8C0:C350 0100A8C0:0035 01 ${tail}
`;

  expect(parseSocketTable(text, 'udp')).toEqual([
    { protocol: 'udp', address: '0.0.0.0', port: 53, isIpv6: false, isLoopback: false },
  ]);
});

test('a table that was cut off, or is something else, gives no sockets', () => {
  expect(parseSocketTable('', 'tcp')).toEqual([]);
  expect(parseSocketTable(`${HEAD}   0: 00000000:1F`, 'tcp')).toEqual([]);
  expect(parseSocketTable('<html>', 'tcp6')).toEqual([]);
});

test('connections are told apart by their other side, and count a moment longer than they stand', () => {
  const text = `${HEAD}   0: 00000000:1F90 00000000:0000 0A ${tail}
   1: 020012AC:1F90 010012AC:C350 01 ${tail}
   2: 020012AC:1F90 010012AC:C351 06 ${tail}
   3: 020012AC:C400 030012AC:1538 02 ${tail}
`;

  expect(parseConnections(text, 'tcp')).toEqual([
    { localPort: 8080, peer: '010012AC:C350' },
    { localPort: 8080, peer: '010012AC:C351' },
  ]);
  expect(parseConnections(text, 'udp')).toEqual([]);
});
