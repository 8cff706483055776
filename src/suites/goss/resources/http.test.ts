import { readFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Socket } from '../../../engine/socket-table.ts';
import { idle, judgeInMemory, verdictsInMemory } from '../testing/goss-bench.ts';

const tls = new URL('../../../engine/fixtures/tls/', import.meta.url);
const servers: { close: () => void; closeAllConnections: () => void }[] = [];
/** Port that tests name to the one that is really listened on. */
const ports = new Map<number, number>();
let ca: string;

const answer: RequestListener = (request, response) => {
  void respond(request, response);
};

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [status, headers, body] = await toAnswer(request);
  response.writeHead(status, headers);
  response.end(body);
}

async function toAnswer(
  request: IncomingMessage,
): Promise<readonly [number, Record<string, string | string[]>, string]> {
  const body = (await buffer(request)).toString();
  const { url = '', method = '', headers } = request;
  if (url === '/redirect') return [302, { location: '/echo?to' }, 'moved'];
  if (url === '/away') return [301, { location: 'http://elsewhere.example/' }, ''];
  if (url === '/circle') return [307, { location: '/circle' }, ''];
  if (url === '/slow') return await new Promise(() => undefined);
  const { host = '', authorization = '', 'x-test': test = '' } = headers;
  const echo = { url, method, host, authorization, test, agent: headers['user-agent'], body };
  return [url === '/teapot' ? 418 : 200, { 'x-multi': ['b', 'a'] }, JSON.stringify(echo)];
}

beforeAll(async () => {
  const [cert, key] = await Promise.all(
    ['cert.pem', 'key.pem'].map((name) => readFile(new URL(name, tls))),
  );
  ca = await readFile(new URL('ca.pem', tls), 'utf8');
  const all = [
    [80, createServer(answer)],
    [443, createTlsServer({ cert, key }, answer)],
  ] as const;
  for (const [port, server] of all) {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) ports.set(port, address.port);
  }
});

afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

function listening(address: string, port: number): Socket {
  return { protocol: 'tcp', address, port, isIpv6: false, isLoopback: address !== '0.0.0.0' };
}

const service = {
  ...idle,
  sockets: async () => [
    listening('0.0.0.0', 80),
    listening('0.0.0.0', 443),
    listening('127.0.0.1', 9000),
  ],
  addressOf: async (port: number) => ({ host: '127.0.0.1', port: ports.get(port) ?? 1 }),
};

async function verdictOf(written: string): Promise<Readonly<Record<string, string>>> {
  const found = await verdictsInMemory({
    files: { 'goss.yaml': `http:\n  ${written}\n` },
    image: [{ path: '/etc/ca.pem', contents: ca }],
    service,
  });
  return Object.fromEntries(
    Object.entries(found).map(([id, verdict]) => [
      id.slice(id.lastIndexOf(': ') + 2),
      verdict.replace(/ of \S+ /u, ' '),
    ]),
  );
}

const pass = { status: 'pass', headers: 'pass', body: 'pass' };

describe('http', () => {
  it.each([
    [
      'the status, headers and body of an answer',
      `http://localhost/echo: { status: 200, headers: ['X-Multi: a', '/^X-Multi: b$/'], body: ['"method":"GET"', 'goss/seatrial', '"host":"localhost"'] }`,
      pass,
    ],
    [
      'a matcher for the whole body',
      "http://127.0.0.1:80/echo: { status: {ge: 200}, body: {gjson: {url: /echo, host: '127.0.0.1'}} }",
      { status: 'pass', body: 'pass' },
    ],
    [
      'what is sent',
      `x: { url: http://localhost/echo, method: PUT, status: 200, request-headers: ['X-Test: 1', 'Host: other'], request-body: hello, username: u, password: p, body: {gjson: {method: PUT, test: "1", host: other, body: hello, authorization: Basic dTpw}} }`,
      { status: 'pass', body: 'pass' },
    ],
    [
      'where it is redirected',
      'http://localhost/redirect: { status: 200, body: ["/echo?to"] }',
      { status: 'pass', body: 'pass' },
    ],
    [
      'the redirect itself',
      "http://localhost/redirect: { status: 302, no-follow-redirects: true, headers: ['Location: /echo?to'], body: moved }",
      pass,
    ],
    [
      'a certificate whose authority is in the image',
      'https://localhost/echo: { status: 200, ca-file: /etc/ca.pem }',
      { status: 'pass' },
    ],
    [
      'any certificate',
      'https://localhost/echo: { status: 200, allow-insecure: true }',
      { status: 'pass' },
    ],
  ])('tests %s', async (_, written, verdicts) => {
    expect(await verdictOf(written)).toEqual(verdicts);
  });

  it.each([
    [
      'another status',
      'http://localhost/teapot: { status: 200, body: [x] }',
      '`status` is 418, and should be 200',
    ],
    [
      'a certificate that nobody vouches for',
      'https://localhost/: { status: 200 }',
      '`status` got no answer: self-signed certificate',
    ],
    [
      'an authority that the image does not have',
      'https://localhost/: { status: 200, ca-file: /etc/none.pem }',
      '`status` cannot be told: there is no /etc/none.pem in the image that could be read',
    ],
    [
      'no answer in time',
      'http://localhost/slow: { status: 200, timeout: 50 }',
      '`status` got no answer within 50 ms',
    ],
    [
      'a redirect to elsewhere',
      'http://localhost/away: { status: 200 }',
      '`status` is redirected to http://elsewhere.example/, which is on another machine',
    ],
    [
      'redirects in a circle',
      'http://localhost/circle: { status: 200 }',
      '`status` was redirected more than 10 times',
    ],
    [
      'a port that nothing listens on',
      'http://localhost:81/: { status: 200 }',
      '`status` got no answer: nothing listens on port 81',
    ],
    [
      'a port on loopback alone',
      'http://localhost:9000/: { status: 200 }',
      '`status` cannot be told: port 9000 listens on loopback alone, and Seatrial asks from outside',
    ],
  ])('fails for %s', async (_, written, message) => {
    expect(await verdictOf(written)).toMatchObject({ status: `fail: ${message}` });
  });

  it('does not look at an answer with the wrong status', async () => {
    const verdicts = await verdictOf(
      'http://localhost/teapot: { status: 200, body: [x], headers: [] }',
    );

    expect(verdicts['body']).toBe(
      'skip: `status` is not as it should be, so nothing else was looked at.',
    );
  });

  it('tells why nothing could be asked, with the log, when the container is not ready', async () => {
    const cases = await judgeInMemory({
      files: {
        'goss.yaml': 'http: {"http://localhost/": {status: 200}}\nport: {"80": {listening: false}}',
      },
      service: {
        state: 'down',
        problem: 'cannot be told: it ended',
        fix: 'Read it.',
        evidence: 'boom',
      },
    });

    expect(cases).toMatchObject([
      {
        verdict: 'fail',
        message: '`status` of http://localhost/ cannot be told: it ended',
        fix: 'Read it.',
        evidence: 'boom',
      },
      { verdict: 'fail', message: '`listening` of 80 cannot be told: it ended' },
    ]);
  });
});
