import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ID, openSmallEngine, type SmallEngine } from './testing/small-engine.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

async function createIn(small: SmallEngine): Promise<void> {
  await small.ask('POST', '/v1.41/containers/create?name=web', {
    body: '{"Image":"x"}',
    headers: JSON_TYPE,
  });
}

describe('a call through a virtual engine', () => {
  it('has the head of a wait at once, and its body when the container has ended', async () => {
    const waiting: ServerResponse[] = [];
    await using small = await openSmallEngine({
      [`POST /containers/${ID}/wait`]: (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, JSON_TYPE);
        response.flushHeaders();
        waiting.push(response);
      },
    });
    await createIn(small);

    const answer = await small.call('POST', '/v1.41/containers/web/wait?condition=next-exit');
    waiting[0]?.end('{"StatusCode":3}\n');

    expect(answer.statusCode).toBe(200);
    await expect(text(answer)).resolves.toContain('"StatusCode":3');
  });

  it('keeps a HEAD a HEAD, with its headers', async () => {
    await using small = await openSmallEngine({
      [`HEAD /containers/${ID}/archive`]: (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { 'x-docker-container-path-stat': 'e30=', 'content-length': '7' });
        response.end();
      },
    });
    await createIn(small);

    const answer = await small.call('HEAD', '/v1.41/containers/web/archive?path=/x');

    expect(answer.headers['x-docker-container-path-stat']).toBe('e30=');
    await expect(text(answer)).resolves.toBe('');
  });

  it('ends at the engine when its client goes away', async () => {
    let isEnded = false;
    await using small = await openSmallEngine({
      [`GET /containers/${ID}/logs`]: (_request: IncomingMessage, response: ServerResponse) => {
        response.write('line\n');
        response.once('close', () => {
          isEnded = true;
        });
      },
    });
    await createIn(small);
    const stop = new AbortController();

    const answer = await small.call('GET', '/v1.41/containers/web/logs?follow=1', {
      signal: stop.signal,
    });
    answer.on('error', () => undefined);
    await once(answer, 'data');
    stop.abort();

    await expect.poll(() => isEnded).toBe(true);
  });

  it('is 503 in the form of the engine when that is gone', async () => {
    await using small = await openSmallEngine({
      'GET /version': (request: IncomingMessage) => request.socket.destroy(),
    });

    const { status, body } = await small.ask('GET', '/version');

    expect(status).toBe(503);
    expect(body).toMatch(/^\{"message":"The engine does not answer: .*"\}\n$/u);
  });

  it('never reaches the engine when it is in no table, about others, or a form', async () => {
    await using small = await openSmallEngine({});
    await createIn(small);
    const before = small.calls.length;
    const form = { 'content-type': 'Application/X-WWW-form-urlencoded; charset=utf-8' };

    const answers = await Promise.all([
      small.ask('GET', '/v1.41/nothing'),
      small.ask('GET', '/v1.41/containers/other/json'),
      small.ask('DELETE', `/v1.41/containers/${'cd'.repeat(32)}`),
      small.ask('POST', '/v1.41/containers/web/start', { body: 'name=x', headers: form }),
      small.ask('POST', `/v1.41/exec/${'ef'.repeat(32)}/start`, { body: '{}' }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 403, 404]);
    expect(small.calls.length).toBe(before);
    expect(small.opened.summary().denied).toEqual([
      { rule: 'form', method: 'POST', path: '/containers/web/start' },
    ]);
  });

  it('is 400 when an archive that is loaded is none', async () => {
    await using small = await openSmallEngine({
      'POST /images/load': (request: IncomingMessage) => void request.resume(),
    });

    const { status, body } = await small.ask('POST', '/v1.41/images/load', {
      body: 'no archive at all'.repeat(100),
      headers: { 'content-type': 'application/x-tar' },
    });

    expect(status).toBe(400);
    expect(body).toContain('The body of the request is broken');
  });

  it('is asked again when the engine prunes for somebody else', async () => {
    let tries = 0;
    await using small = await openSmallEngine({
      'POST /volumes/prune': (request: IncomingMessage, response: ServerResponse) => {
        request.resume();
        tries += 1;
        response.writeHead(tries < 3 ? 409 : 200, JSON_TYPE);
        response.end('{"VolumesDeleted":[],"SpaceReclaimed":0}');
      },
    });

    const { status } = await small.ask('POST', '/v1.41/volumes/prune');

    expect(status).toBe(200);
    expect(decodeURIComponent(small.calls[0] ?? '')).toContain('"seatrial.user=0a1b2c3d":true');
  });

  it('SANDBOX_NOT_CLEAN: says what could not be removed', async () => {
    await using small = await openSmallEngine({
      'GET /volumes': { Volumes: [{ Name: 'seatrial-0a1b2c3d-stuck', Labels: {} }] },
    });

    await expect(small.opened.close()).rejects.toMatchObject({
      code: 'SANDBOX_NOT_CLEAN',
      message: 'Still there after a script: volume seatrial-0a1b2c3d-stuck',
    });
  });
});

const ATTACH = [
  'POST /v1.41/containers/web/attach?stream=1 HTTP/1.1',
  'Host: docker',
  'Connection: Upgrade',
  'Upgrade: tcp',
  'Content-Length: 2',
  '',
  '{}',
].join('\r\n');

describe('a stream through a virtual engine', () => {
  it('has its body sent, and is half-closed as it comes', async () => {
    await using small = await openSmallEngine({}, (_request, socket, head) => {
      let seen = head.toString();
      socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
      socket.on('data', (bytes: Buffer) => {
        seen += bytes.toString();
      });
      socket.on('end', () => socket.end(`got ${seen}`));
    });
    await createIn(small);
    const client = small.dial();

    client.end(`${ATTACH}stdin`);

    await expect(text(client)).resolves.toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\ngot \{\}stdin$/u);
    expect(small.calls.at(-1)).toBe(`POST /containers/${ID}/attach?stream=1`);
  });

  it('that the engine refuses ends, and nothing that was sent after it gets through', async () => {
    const seen: string[] = [];
    await using small = await openSmallEngine({}, (_request, socket: Socket) => {
      socket.on('data', (bytes: Buffer) => seen.push(bytes.toString()));
      socket.write(
        'HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"message":"no"}',
      );
    });
    await createIn(small);
    const client = small.dial();

    client.write(`${ATTACH}GET /v1.41/containers/foreign/json HTTP/1.1\r\nHost: docker\r\n\r\n`);

    await expect(text(client)).resolves.toMatch(
      /^HTTP\/1\.1 409 Conflict[\s\S]*\{"message":"no"\}$/u,
    );
    expect(seen.join('')).not.toContain('foreign');
  });

  it.each([
    ['POST /v1.41/containers/foreign/attach', 404, 'No such container: foreign'],
    ['POST /grpc', 403, 'rule buildkit.grpc'],
    ['GET /v1.41/containers/json', 404, 'page not found'],
  ])('is refused before the engine is asked: %s', async (line, status, message) => {
    await using small = await openSmallEngine({}, (_request, socket) => void socket.destroy());
    const client = small.dial();

    client.write(`${line} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);

    const answer = await text(client);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `, 'u'));
    expect(answer).toContain(message);
    expect(small.calls).toEqual([]);
  });
});
