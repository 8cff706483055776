import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { portOf } from '../../host/port-of.ts';
import { identifyProcess } from '../../host/process-identity.ts';
import { isSoak } from '../../host/testing/soak.ts';
import { agentBytes } from './agent-bytes.ts';
import { createOutputReader, frameHead } from './frames.ts';
import { openTunnel, type Tunnel } from './tunnel.ts';

const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
/** The agent itself needs Linux; what is said about its protocol is told by itself only. */
const bytes =
  process.platform !== 'linux'
    ? undefined
    : Object.entries(agentBytes).find(([name]) => name === architecture)?.[1].base64;

let folder: string;
let agent: ChildProcess;
let tunnel: Tunnel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-tunnel-'));
  await writeFile(join(folder, 'agent'), Buffer.from(bytes ?? '', 'base64'));
  await chmod(join(folder, 'agent'), 0o755);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function serve(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

async function open(server: Server): Promise<Duplex> {
  return await tunnel.open({ ip: '127.0.0.1', port: portOf(server) }, 0);
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

describe.runIf(bytes !== undefined)('a tunnel through an agent', () => {
  beforeEach(async () => {
    const child = spawn(join(folder, 'agent'), { stdio: ['pipe', 'pipe', 'inherit'] });
    agent = child;
    tunnel = await openTunnel({ input: child.stdout, output: child.stdin, isContainer: false });
  });
  afterEach(() => {
    tunnel.close();
    agent.kill('SIGKILL');
  });

  it('knows whether it ends on this machine', () => {
    expect(tunnel.place.bootId).toBe(identifyProcess().bootId);
    expect(tunnel.place.networkNamespace).toMatch(/^net:\[\d+\]$/u);
  });

  it('carries 50 connections at once, half-closed ones and slow readers too, byte by byte', async () => {
    const server = await serve((socket) => {
      void buffer(socket).then((data) => socket.end(Buffer.concat([data, data])));
    });
    const sizes = Array.from({ length: 50 }, (_, index) => 1 + ((index * 7919) % 50) * 9_000);

    const ends = await Promise.all(
      sizes.map(async (size, index) => {
        const sent = randomBytes(size);
        const stream = await open(server);
        const slow = new PassThrough({ highWaterMark: index % 2 === 0 ? 1024 : 65_536 });
        stream.end(sent);
        const [received] = await Promise.all([buffer(slow), pipeline(stream, slow)]);
        return sha256(received) === sha256(Buffer.concat([sent, sent]));
      }),
    );

    expect(ends.filter(Boolean)).toHaveLength(50);
    server.close();
  });

  it('carries many megabytes both ways at the same time, byte by byte', async () => {
    const server = await serve((socket) => socket.pipe(socket));
    const sent = randomBytes((isSoak ? 64 : 8) * 1024 ** 2);
    const stream = await open(server);

    stream.end(sent);
    const received = await buffer(stream);

    expect(sha256(received)).toBe(sha256(sent));
    server.close();
  });

  it('a reader that stands still holds up nobody else', async () => {
    const server = await serve((socket) => {
      socket.on('data', () => undefined);
      socket.write(randomBytes(8 * 1024 ** 2));
      socket.end('!');
    });
    const still = await open(server);
    const other = await open(server);

    const received = await buffer(other);

    expect(received).toHaveLength(8 * 1024 ** 2 + 1);
    expect(still.readableLength).toBeLessThan(1024 ** 2);
    still.destroy();
    server.close();
  });

  it('passes a reset on in both directions', async () => {
    const accepted: Socket[] = [];
    const server = await serve((socket) => accepted.push(socket));
    const [one, two] = [await open(server), await open(server)];
    await expect.poll(() => accepted.length).toBe(2);
    const [first, second] = accepted;
    const seenThere = new Promise<string>((resolve) => {
      first?.once('error', (error) => resolve(String(Reflect.get(error, 'code'))));
    });
    const seenHere = once(two, 'error');

    one.destroy();
    second?.resetAndDestroy();

    await expect(seenThere).resolves.toBe('ECONNRESET');
    await expect(seenHere).resolves.toMatchObject([{ code: 'ECONNRESET' }]);
    server.close();
  });

  it('SANDBOX_DIAL_FAILED: is patient with a port that nobody listens on yet, for as long as asked', async () => {
    const free = await serve(() => undefined);
    const port = portOf(free);
    free.close();
    await once(free, 'close');
    const impatient = tunnel.open({ ip: '127.0.0.1', port }, 0);
    await expect(impatient).rejects.toMatchObject({ code: 'SANDBOX_DIAL_FAILED' });

    const patient = tunnel.open({ ip: '127.0.0.1', port }, 5000);
    const late = createServer((socket) => socket.end('late'));
    await once(late.listen(port, '127.0.0.1'), 'listening');

    expect(String(await buffer(await patient))).toBe('late');
    late.close();
  });

  it('when the agent is killed, its connections fail, and new ones too', async () => {
    const server = await serve(() => undefined);
    const stream = await open(server);
    const failed = once(stream, 'error');

    agent.kill('SIGKILL');

    await expect(failed).resolves.toHaveLength(1);
    await expect(open(server)).rejects.toMatchObject({ code: 'SANDBOX_DIAL_FAILED' });
    server.close();
  });

  it('ends when its stdin ends', async () => {
    const ended = once(agent, 'exit');

    tunnel.close();

    await expect(ended).resolves.toEqual([0, null]);
  });
});

describe('the output of a container', () => {
  it('is read wherever it is cut, without what is on stderr', () => {
    const frames = [
      [1, 'one'],
      [2, 'not this'],
      [1, ''],
      [1, 'two'],
    ] as const;
    const whole = Buffer.concat(
      frames.flatMap(([stream, text]) => {
        const head = Buffer.alloc(8);
        head[0] = stream;
        head.writeUInt32BE(text.length, 4);
        return [head, Buffer.from(text)];
      }),
    );
    const texts = [1, 3, 7, whole.length].map((size) => {
      const parts: string[] = [];
      const read = createOutputReader((output) => parts.push(String(output)));
      for (let at = 0; at < whole.length; at += size) read(whole.subarray(at, at + size));
      return parts.join('');
    });

    expect(texts).toEqual(['onetwo', 'onetwo', 'onetwo', 'onetwo']);
    expect(frameHead(3, 258, 5)).toEqual(Buffer.from([3, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 5]));
  });
});
