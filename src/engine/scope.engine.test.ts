import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processEnvironment } from '../host/environment.ts';
import { runProcess } from '../host/process.ts';
import { isThere } from '../host/files.ts';
import { connectEngine } from './connect.ts';
import type { Engine } from './contract.ts';
import { EngineError } from './errors.ts';
import { isProcessAlive, startTicksOf } from './owner.ts';
import { openScope } from './scope.ts';
import { buildScratchImage, type ScratchImage } from './testing/scratch-image.ts';

const engine = await connectEngine({ env: processEnvironment() });
let image: ScratchImage;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'seatrial-scope-test-'));
  image = await buildScratchImage(engine, {
    entrypoint: ['/bin/sleep', '600'],
    volumes: ['/data'],
  });
});

afterAll(async () => {
  await image[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

async function openTestScope(overrides: Partial<Engine> = {}) {
  const scopeEngine = { ...engine, ...overrides };
  return await openScope({ engine: scopeEngine, runId: randomUUID(), temporaryRoot: root });
}

test('closing removes every object, with anonymous volumes, and the folders', async () => {
  const scope = await openTestScope();
  const container = await scope.createContainer({ image: image.record.id, purpose: 'one' });
  await engine.containers.start(container);
  const committed = await scope.commitContainer(container);
  const onIt = await scope.createContainer({ image: committed, purpose: 'two' });
  await scope.commitContainer(onIt);
  await scope.createVolume('data');
  const folder = await scope.temporaryFolder('files');
  const state = await engine.containers.inspect(container);
  const anonymous = state?.mounts[0]?.name ?? '';
  const before = await engine.objects.list([`seatrial.run=${scope.labels['seatrial.run'] ?? ''}`]);
  const mode = (await stat(folder)).mode & 0o777;

  await scope.close();
  await scope.close();

  const after = await engine.objects.list([`seatrial.run=${scope.labels['seatrial.run'] ?? ''}`]);
  expect(before.map(({ kind }) => kind).sort()).toEqual(
    'container container image image network volume'.split(' '),
  );
  expect(mode).toBe(0o700);
  expect(after).toEqual([]);
  expect(await isThere(folder)).toBe(false);
  expect(await volumeExists(anonymous)).toBe(false);
});

test('an image that somebody else commits from a container of ours is left alone', async () => {
  const scope = await openTestScope();
  const container = await scope.createContainer({ image: image.record.id, purpose: 'one' });
  const note = 'for $HOME, "quoted"';
  const foreign = await engine.images.commit(container, { note });

  await scope.close();

  const record = await engine.images.inspect(foreign);
  await engine.images.remove(foreign);
  expect(record?.config.labels).toMatchObject({ note, ...scope.labels });
  expect(await engine.images.inspect(image.record.id)).toBeDefined();
});

test('names say what an object is for, and every object carries all labels', async () => {
  await using scope = await openTestScope();

  const id = await scope.createContainer({ image: image.record.id, purpose: 'State A/é' });
  const state = await engine.containers.inspect(id);
  const [container] = (await engine.objects.list(['seatrial.owner'])).filter(
    (one) => one.id === id,
  );

  expect(state?.name).toMatch(/^seatrial-[0-9a-f]{8}-state-a-1$/u);
  expect(container?.labels).toMatchObject(scope.labels);
  expect(Object.keys(scope.labels)).toEqual([
    'seatrial.run',
    'seatrial.owner',
    'seatrial.host',
    'seatrial.created',
  ]);
});

test('containers of a scope are on its own network and never on the default bridge', async () => {
  await using scope = await openTestScope();
  const id = await scope.createContainer({ image: image.record.id, purpose: 'net' });

  await engine.containers.start(id);

  const state = await engine.containers.inspect(id);
  expect(Object.keys(state?.addresses ?? {})).toEqual([await scope.network()]);
});

test('a creation that is on its way when closing begins is removed too', async () => {
  const scope = await openTestScope();
  const creations = [1, 2, 3].map(() =>
    scope.createContainer({ image: image.record.id, purpose: 'late' }),
  );

  await scope.close();

  const settled = await Promise.allSettled(creations);
  const left = await engine.objects.list([`seatrial.run=${scope.labels['seatrial.run'] ?? ''}`]);
  expect(left).toEqual([]);
  expect(settled).toHaveLength(3);
});

test('nothing new is made once closing has begun: SCOPE_CLOSED', async () => {
  const scope = await openTestScope();
  await scope.close();

  const creation = scope.createVolume('late');

  await expect(creation).rejects.toMatchObject({ code: 'SCOPE_CLOSED', exitCode: 4 });
});

test('a scope that made nothing never asks the engine', async () => {
  const scope = await openTestScope({ objects: { ...engine.objects, list: failList } });

  await scope.close();

  expect(scope.watchdogPid()).toBeUndefined();
});

test('what cannot be removed is named: SCOPE_NOT_CLEAN', async () => {
  let isStuck = true;
  const scope = await openTestScope({
    objects: {
      ...engine.objects,
      remove: async (object) => {
        if (isStuck) throw new EngineError('ENGINE_FAILED', 'device is busy');
        await engine.objects.remove(object);
      },
    },
  });
  const name = await scope.createVolume('stuck');

  const closing = scope.close();

  await expect(closing).rejects.toMatchObject({
    code: 'SCOPE_NOT_CLEAN',
    exitCode: 3,
    message: `These could not be removed: volume ${name}`,
  });
  isStuck = false;
  await engine.objects.remove({ kind: 'volume', id: name, name, labels: {} });
});

test('a root of temporary folders that is no folder of this user is refused: SCOPE_FOLDER_UNSAFE', async () => {
  const scope = await openScope({ engine, runId: randomUUID(), temporaryRoot: '/dev/null' });

  const making = scope.temporaryFolder('x');

  await expect(making).rejects.toMatchObject({ code: 'SCOPE_FOLDER_UNSAFE', exitCode: 3 });
});

test('closing kills a process group that was not forgotten', async () => {
  const scope = await openTestScope();
  const running = runProcess('sleep', ['600'], {
    env: processEnvironment(),
    onStart: (pgid) => void scope.ownProcessGroup(pgid),
  });

  await scope.close();

  expect(await running).toMatchObject({ exitCode: 137 });
});

test('the watchdog ends when the scope is closed', async () => {
  const scope = await openTestScope();
  await scope.createVolume('short');
  const pid = scope.watchdogPid() ?? 0;
  const startTicks = startTicksOf(pid) ?? '';

  await scope.close();

  await expect
    .poll(() => isProcessAlive({ pid, startTicks }), { timeout: 5000, interval: 20 })
    .toBe(false);
});

async function failList(): Promise<never> {
  throw new EngineError('ENGINE_GONE', 'the engine was asked');
}

async function volumeExists(name: string): Promise<boolean> {
  const all = await engine.objects.list([]);
  return all.some((object) => object.kind === 'volume' && object.name === name);
}
