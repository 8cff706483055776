import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readySchema } from '../../config/schema.ts';
import { systemClock } from '../../host/clock.ts';
import { processEnvironment } from '../../host/environment.ts';
import { connectEngine } from '../connect.ts';
import type { ContainerSpec, Engine, ImageRecord } from '../contract.ts';
import { needsPublishing } from '../route.ts';
import { openScope, type OpenScope } from '../scope.ts';
import { buildScratchImage, type ScratchImageOptions } from '../testing/scratch-image.ts';
import { awaitReady } from './await-ready.ts';
import type { ReadyResult } from './contract.ts';
import { renderEvidence, renderNotReady } from './render-not-ready.ts';

const engine = await connectEngine({ env: processEnvironment() });
let scope: OpenScope;

beforeAll(async () => {
  scope = await openScope({ engine, runId: randomUUID() });
});

afterAll(async () => {
  await scope.close();
});

interface Attempt {
  readonly image: ScratchImageOptions;
  readonly ready?: Parameters<typeof readySchema.parse>[0];
  readonly spec?: Partial<ContainerSpec>;
  readonly signal?: AbortSignal;
  /** Seen through this engine. @default the real one */
  readonly through?: Engine;
}

async function attempt(options: Attempt): Promise<ReadyResult> {
  await using image = await buildScratchImage(engine, options.image);
  return await attemptWith(image.record, options);
}

async function attemptWith(image: ImageRecord, options: Attempt): Promise<ReadyResult> {
  const through = options.through ?? engine;
  const publish = needsPublishing(through) ? [8080] : undefined;
  const purpose = 'ready';
  const containerId = await scope.createContainer({
    image: image.id,
    purpose,
    publish,
    ...options.spec,
  });
  await engine.containers.start(containerId);
  try {
    return await awaitReady({
      engine: through,
      containerId,
      image,
      ready: options.ready === undefined ? undefined : readySchema.parse(options.ready),
      clock: systemClock,
      signal: options.signal ?? new AbortController().signal,
    });
  } finally {
    await engine.containers.remove(containerId);
  }
}

const sh = (script: string): ScratchImageOptions => ({ entrypoint: ['/bin/sh', '-c', script] });
const SERVER = 'sleep 0.3; mkdir -p /srv; echo hi > /srv/index.html; exec httpd -f -p 8080 -h /srv';

test('a health check decides, with its interval shortened', async () => {
  const result = await attempt({
    image: {
      ...sh('sleep 0.4; touch /tmp/ok; sleep 600'),
      healthcheck: { test: ['CMD', 'test', '-e', '/tmp/ok'], intervalMs: 30_000 },
      exposedPorts: [8080],
    },
    spec: { healthcheck: { intervalMs: 100 } },
  });

  expect(result).toMatchObject({ state: 'ready', by: 'health' });
  expect(result.afterMs).toBeLessThan(5000);
});

test('without a health check every exposed TCP port has to listen', async () => {
  const result = await attempt({ image: { ...sh(SERVER), exposedPorts: [8080, '53/udp'] } });

  expect(result).toMatchObject({ state: 'ready', by: 'port' });
});

test('a port that listens on loopback only is not ready, and the message says so', async () => {
  const result = await attempt({
    image: { ...sh('exec httpd -f -p 127.0.0.1:8080 -h /'), exposedPorts: [8080] },
    ready: { port: 8080, timeout: '700ms' },
  });

  expect(result).toMatchObject({ state: 'timeout' });
  expect(result.state === 'ready' ? '' : renderNotReady(result)).toMatch(
    /^not ready after 0\.\d s: waited for a TCP socket on port 8080 on more than loopback; port 8080 listens on 127\.0\.0\.1 only$/u,
  );
});

test('a scratch image without a shell can be waited for by its port', async () => {
  const result = await attempt({
    image: {
      entrypoint: ['/bin/busybox', 'httpd', '-f', '-p', '8080'],
      exposedPorts: [8080],
    },
  });

  expect(result).toMatchObject({ state: 'ready', by: 'port' });
});

test('an image that says nothing is ready when it is quiet for two seconds', async () => {
  const result = await attempt({ image: sh('echo one; sleep 0.5; echo two; sleep 600') });

  expect(result).toMatchObject({ state: 'ready', by: 'quiet' });
  expect(result.afterMs).toBeGreaterThan(2000);
});

test('an end that the engine tells of late is not taken for quiet', async () => {
  const wait: typeof engine.containers.wait = async (id, signal) => {
    const exitCode = await engine.containers.wait(id, signal);
    await systemClock.sleep(2500, signal);
    return exitCode;
  };

  const result = await attempt({
    image: sh('echo done'),
    through: { ...engine, containers: { ...engine.containers, wait } },
  });

  expect(result).toMatchObject({ state: 'exited', exitCode: 0 });
});

test('a log line decides, when it is whole', async () => {
  const result = await attempt({
    image: sh('echo starting; sleep 0.2; printf "listening on 80"; sleep 0.2; echo 80; sleep 600'),
    ready: { log: 'listening on \\d{4}$' },
  });

  expect(result).toMatchObject({ state: 'ready', by: 'log' });
});

test('an HTTP answer decides, by default any status below 500', async () => {
  const result = await attempt({
    image: { ...sh(SERVER), exposedPorts: [8080] },
    ready: { http: '/absent' },
  });

  expect(result).toMatchObject({ state: 'ready', by: 'http' });
});

test('an HTTP status that is named has to be met exactly', async () => {
  const result = await attempt({
    image: { ...sh(SERVER), exposedPorts: [8080] },
    ready: { http: 'GET 8080/absent', status: 200, timeout: '1500ms' },
  });

  expect(result).toMatchObject({
    state: 'timeout',
    waitedFor: 'GET /absent on port 8080 to answer with 200',
    lastSeen: 'it answered with 404',
  });
});

test('the exit code that was waited for is ready, another one is not', async () => {
  const right = await attempt({ image: sh('exit 3'), ready: { exit: 3 } });
  const wrong = await attempt({ image: sh('exit 4'), ready: { exit: 3 } });

  expect(right).toMatchObject({ state: 'ready', by: 'exit' });
  expect(wrong).toMatchObject({ state: 'exited', exitCode: 4 });
});

test('a container that dies ends the wait at once, with exit code and last log lines', async () => {
  const result = await attempt({
    image: { ...sh('echo no configuration >&2; sleep 0.2; exit 78'), exposedPorts: [8080] },
  });

  expect(result).toMatchObject({
    state: 'exited',
    exitCode: 78,
    isOomKilled: false,
    lastLogLines: ['no configuration'],
  });
  expect(result.afterMs).toBeLessThan(3000);
});

test('a container that was killed for its memory says so', async () => {
  const result = await attempt({
    image: { ...sh('x=a; while :; do x=$x$x; done'), exposedPorts: [8080] },
    spec: { memoryBytes: 16 * 1024 ** 2 },
  });

  expect(result).toMatchObject({ state: 'exited', exitCode: 137, isOomKilled: true });
  expect(result.state === 'ready' ? '' : renderNotReady(result)).toContain(
    'killed for using too much memory',
  );
});

test('a health check that never passes is shown with its last output', async () => {
  const result = await attempt({
    image: {
      ...sh('sleep 600'),
      healthcheck: { test: ['CMD-SHELL', 'echo database is away; exit 1'], intervalMs: 100 },
    },
    ready: { health: true, timeout: '1500ms' },
  });

  expect(result).toMatchObject({
    state: 'timeout',
    waitedFor: 'the health check to say healthy',
    lastHealthOutput: 'database is away\n',
  });
  expect(result.state === 'ready' ? '' : renderEvidence(result)).toContain('database is away');
});

test('aborting ends the wait with the reason of the signal', async () => {
  const controller = new AbortController();
  const reason = new Error('the run was cancelled');
  setTimeout(() => controller.abort(reason), 100);

  const waiting = attempt({
    image: { ...sh('sleep 600'), exposedPorts: [8080] },
    signal: controller.signal,
  });

  await expect(waiting).rejects.toBe(reason);
});

test('an engine that is not on this machine is asked through a sidecar', async () => {
  const through = { ...engine, info: { ...engine.info, isLocal: false } };

  const result = await attempt({ image: { ...sh(SERVER), exposedPorts: [8080] }, through });

  expect(result).toMatchObject({ state: 'ready', by: 'port' });
});

test('an HTTP probe reaches a published port of an engine that is not on this machine', async () => {
  const through = { ...engine, info: { ...engine.info, isLocal: false } };

  const result = await attempt({
    image: { ...sh(SERVER), exposedPorts: [8080] },
    ready: { http: '/', status: 200 },
    through,
  });

  expect(result).toMatchObject({ state: 'ready', by: 'http' });
});
