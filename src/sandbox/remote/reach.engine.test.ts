import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectEngine } from '../../engine/connect.ts';
import type { Engine } from '../../engine/contract.ts';
import { openApiPort } from '../../engine/testing/api-port.ts';
import { startOwnEngine, type OwnEngine } from '../../engine/testing/own-engine.ts';
import { buildScratchImage } from '../../engine/testing/scratch-image.ts';
import { isSoak } from '../../host/testing/soak.ts';
import { openReach } from './reach.ts';

const FILE = randomBytes(200_000);
/** Files on port 8000; on port 7000 what is sent comes back, until the sender ends. */
const SERVERS = 'httpd -p 8000 -h /files; exec nc -ll -p 7000 -e /bin/cat';

let far: OwnEngine;
let engine: Engine;
let ip: string;

beforeAll(async () => {
  far = await startOwnEngine({ isRemote: true });
  engine = await connectEngine({ env: {}, host: far.host });
  const image = await buildScratchImage(engine, {
    entrypoint: ['/bin/sh', '-c', SERVERS],
    files: { '/files/file': FILE },
  });
  await engine.objects.createNetwork('far', {});
  const id = await engine.containers.create({
    image: image.record.id,
    name: 'servers',
    labels: {},
    network: 'far',
  });
  await engine.containers.start(id);
  ip = (await engine.containers.inspect(id))?.addresses['far'] ?? '';
});

afterAll(async () => {
  await far[Symbol.asyncDispose]();
});

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

async function agentsOf(engine: Engine, mark: string): Promise<number> {
  return (await engine.objects.list([`mark=${mark}`])).length;
}

describe('an engine of which only the API can be reached', () => {
  it('lets 50 connections at once and a half-closed one through one tunnel, byte by byte, and keeps nothing', async () => {
    const mark = randomUUID();
    const reach = openReach({ engine, labels: { mark } });
    reach.prepare();

    const echo = await reach.dial({ ip, port: 7000 });
    const sent = randomBytes((isSoak ? 64 : 8) * 1024 ** 2);
    echo.end(sent);
    const returning = buffer(echo);
    const files = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const stream = await reach.dial({ ip, port: 8000 });
        stream.write('GET /file HTTP/1.0\r\n\r\n');
        const answer = await buffer(stream);
        stream.end();
        return sha256(answer.subarray(-FILE.length));
      }),
    );

    expect(new Set(files)).toEqual(new Set([sha256(FILE)]));
    expect(sha256(await returning)).toBe(sha256(sent));
    expect(reach.way()).toBe('tunnel');
    expect(await agentsOf(engine, mark)).toBe(1);
    await reach.close();
    await expect.poll(() => agentsOf(engine, mark), { timeout: 5000 }).toBe(0);
  });

  it('SANDBOX_NO_AGENT: says why there is no way to its containers', async () => {
    const platform = { ...engine.info.platform, architecture: 's390x' };
    const mainframe: Engine = { ...engine, info: { ...engine.info, platform } };
    const reach = openReach({ engine: mainframe, labels: {} });

    const dialled = reach.dial({ ip, port: 7000 });

    await expect(dialled).rejects.toThrow(/there is no agent for s390x/u);
    await expect(dialled).rejects.toMatchObject({ code: 'SANDBOX_NO_AGENT' });
  });
});

describe('an engine of this machine behind a port', () => {
  it('is found to be here, and its containers are dialled', async () => {
    const here = await connectEngine({ env: process.env });
    await using port = await openApiPort('/var/run/docker.sock');
    const behind = await connectEngine({ env: {}, host: port.host });
    const mark = randomUUID();
    const reach = openReach({ engine: behind, labels: { mark } });

    const refused = reach.dial({ ip: '127.0.0.1', port: 1 }, 0);

    await expect(refused).rejects.toMatchObject({ code: 'SANDBOX_DIAL_FAILED' });
    expect(reach.way()).toBe('direct');
    await expect.poll(() => agentsOf(here, mark), { timeout: 5000 }).toBe(0);
    await reach.close();
  });
});
