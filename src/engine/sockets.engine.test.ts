import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { processEnvironment } from '../host/environment.ts';
import { findStaticBusybox } from './busybox.ts';
import { connectEngine } from './connect.ts';
import type { Engine } from './contract.ts';
import { ensureProbeImage } from './probe-image.ts';
import { awaitReady } from './readiness/await-ready.ts';
import { addressOf, needsPublishing } from './route.ts';
import { openScope, type OpenScope } from './scope.ts';
import { listeningSockets } from './sockets.ts';
import { buildScratchImage, type ScratchImage } from './testing/scratch-image.ts';

const engine = await connectEngine({ env: processEnvironment() });
const remote: Engine = { ...engine, info: { ...engine.info, isLocal: false } };
const blind: Engine = {
  ...remote,
  info: { ...remote.info, platform: { os: 'linux', architecture: 'none' } },
};
let image: ScratchImage;
let scope: OpenScope;

beforeAll(async () => {
  scope = await openScope({ engine, runId: randomUUID() });
  image = await buildScratchImage(engine, {
    entrypoint: ['/bin/sh', '-c'],
    command: ['httpd -p 127.0.0.1:9001; exec httpd -f -p 9000'],
  });
});

afterAll(async () => {
  await scope.close();
  await image[Symbol.asyncDispose]();
});

async function startListener(): Promise<string> {
  const id = await scope.createContainer({ image: image.record.id, purpose: 'sockets' });
  await engine.containers.start(id);
  await expect
    .poll(async () => (await listeningSockets(engine, id)).length, { interval: 5 })
    .toBe(2);
  return id;
}

const EXPECTED = [
  { protocol: 'tcp', port: 9000, isLoopback: false },
  { protocol: 'tcp', port: 9001, isLoopback: true },
];

test.each([
  ['on this machine, from /proc', engine],
  ['elsewhere, through a sidecar', remote],
  ["elsewhere without a busybox, by the container's own cat", blind],
])('sockets of an engine %s', async (_, through) => {
  const id = await startListener();

  const sockets = await listeningSockets(through, id);

  await engine.containers.remove(id);
  expect([...sockets].sort((a, b) => a.port - b.port)).toMatchObject(EXPECTED);
});

test('a container that is down has no sockets', async () => {
  const id = await startListener();
  await engine.containers.kill(id, 'SIGKILL');
  await engine.containers.wait(id);

  const [local, away] = await Promise.all([
    listeningSockets(engine, id),
    listeningSockets(remote, id),
  ]);

  expect([local, away]).toEqual([[], []]);
});

test('when there is no way to look, the reason is typed: ENGINE_NO_PROBE', async () => {
  await using bare = await buildScratchImage(engine, {
    hasBusybox: false,
    files: { '/busybox': await requireBusybox() },
    entrypoint: ['/busybox', 'sleep', '600'],
  });
  const id = await scope.createContainer({ image: bare.record.id, purpose: 'bare' });
  await engine.containers.start(id);

  const reading = listeningSockets(blind, id);

  await expect(reading).rejects.toMatchObject({ code: 'ENGINE_NO_PROBE', exitCode: 3 });
  await engine.containers.remove(id);
});

test('a port is waited for by a connection where sockets cannot be read', async () => {
  await using bare = await buildScratchImage(engine, {
    hasBusybox: false,
    files: { '/busybox': await requireBusybox() },
    entrypoint: ['/busybox', 'httpd', '-f', '-p', '8080'],
    exposedPorts: [8080],
  });
  const publish = [8080];
  const id = await scope.createContainer({ image: bare.record.id, purpose: 'bare', publish });
  await engine.containers.start(id);
  const signal = new AbortController().signal;

  const result = await awaitReady({
    engine: blind,
    containerId: id,
    image: bare.record,
    clock: systemClock,
    signal,
  });
  await engine.containers.remove(id);

  expect(result).toMatchObject({ state: 'ready', by: 'port' });
});

test('the probe image is made once', async () => {
  const first = await ensureProbeImage(engine);
  const second = await ensureProbeImage(engine);

  expect(first).toMatch(/^sha256:/u);
  expect(second).toBe(first);
});

test('an address of a container that is down: ENGINE_NO_ROUTE', async () => {
  const id = await scope.createContainer({ image: image.record.id, purpose: 'down' });
  const state = await engine.containers.inspect(id);

  expect(needsPublishing(engine)).toBe(!engine.info.isLocal);
  expect(() => state && addressOf(engine, state, 9000)).toThrow(
    expect.objectContaining({ code: 'ENGINE_NO_ROUTE' }),
  );
});

async function requireBusybox(): Promise<Uint8Array> {
  const busybox = await findStaticBusybox();
  if (busybox === undefined) throw new Error('busybox-static is not installed');
  return busybox;
}
