import { execFileSync } from 'node:child_process';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { judgeSpoken } from './checks/speaks.ts';
import { talk } from './spoken.ts';
import type { SpokenPort } from './spoken-port.ts';

async function speechOf(server: Server): Promise<SpokenPort['speaks']> {
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await listening;
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  try {
    return await talk({ host: '127.0.0.1', port }, new AbortController().signal);
  } finally {
    server.close();
  }
}

describe('talk', () => {
  it('records the status of a server of HTTP', async () => {
    const server = createHttpServer((_, response) => {
      response.writeHead(503);
      response.end();
    });

    expect(await speechOf(server)).toEqual({ kind: 'http', status: 503 });
  });

  it.each([
    ['greets first, in another language', '-ERR unknown command\r\n'],
    ['drops whom it does not know', ''],
  ])('takes a connection for enough where a server %s', async (_, greeting) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(greeting);
    });

    expect(await speechOf(server)).toEqual({ kind: 'other' });
  });

  it('records the version of TLS, whoever the certificate is for', async () => {
    const argv =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x -days 2 -keyout - -out -';
    const pem = execFileSync('/usr/bin/openssl', argv.split(' '), {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const server = createTlsServer({ key: pem, cert: pem });

    expect(await speechOf(server)).toEqual({ kind: 'tls', protocol: 'TLSv1.3' });
  });

  it('says so where nobody takes the connection', async () => {
    const server = createServer();
    const { promise: listening, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await listening;
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
    server.close(() => onClosed());
    await closed;

    const speech = await talk({ host: '127.0.0.1', port }, new AbortController().signal);

    expect(speech).toEqual({ kind: 'refused', because: 'ECONNREFUSED' });
  });
});

describe('speaks', () => {
  it.each([
    [{ kind: 'http', status: 200 }, 'pass', 'HTTP 200'],
    [{ kind: 'http', status: 404 }, 'pass', 'HTTP 404'],
    [{ kind: 'tls', protocol: 'TLSv1.3' }, 'pass', 'TLSv1.3'],
    [{ kind: 'other' }, 'pass', 'no HTTP'],
    [{ kind: 'http', status: 500 }, 'warn', 'HTTP 500'],
    [{ kind: 'refused', because: 'ECONNREFUSED' }, 'fail', 'ECONNREFUSED'],
  ] as const)('says of %j: %s', (speech, verdict, part) => {
    const result = judgeSpoken([{ port: 80, speaks: speech }]);

    expect(result.verdict).toBe(verdict);
    expect(result.message).toContain(`port 80 (${part})`);
  });

  it('is skipped where nobody gets to the ports, or none is open', () => {
    const unreached = { kind: 'unreached', because: 'EHOSTUNREACH' } as const;

    expect(judgeSpoken([{ port: 80, speaks: unreached }]).verdict).toBe('skip');
    expect(judgeSpoken(undefined).verdict).toBe('skip');
    expect(judgeSpoken([]).verdict).toBe('skip');
  });
});
