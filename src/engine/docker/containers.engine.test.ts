import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processEnvironment } from '../../host/environment.ts';
import { connectEngine } from '../connect.ts';
import { packEntries } from '../image-archive.ts';
import type { ScopedContainerSpec } from '../scope-contract.ts';
import { openScope, type OpenScope } from '../scope.ts';
import { buildScratchImage, type ScratchImage } from '../testing/scratch-image.ts';

const engine = await connectEngine({ env: processEnvironment() });
const { containers } = engine;
let scope: OpenScope;
let image: ScratchImage;

beforeAll(async () => {
  scope = await openScope({ engine, runId: randomUUID() });
  image = await buildScratchImage(engine, { volumes: ['/data'] });
});

afterAll(async () => {
  await scope.close();
  await image[Symbol.asyncDispose]();
});

type Spec = Partial<Omit<ScopedContainerSpec, 'purpose' | 'image'>>;

async function create(script: string, spec: Spec = {}): Promise<string> {
  const command = ['/bin/sh', '-c', script];
  return await scope.createContainer({ image: image.record.id, purpose: 'it', command, ...spec });
}

async function start(script: string, spec: Spec = {}): Promise<string> {
  const id = await create(script, spec);
  await containers.start(id);
  return id;
}

const SERVE = 'trap "exit 5" TERM; echo up; while :; do sleep 0.05; done';

test('a container lives: created, running, exited, gone', async () => {
  const id = await create('echo out; echo error >&2; exit 7');
  const created = await containers.inspect(id);

  await containers.start(id);
  const exitCode = await containers.wait(id);
  const exited = await containers.inspect(id);
  const logs = await containers.logs(id);
  await containers.remove(id);
  await containers.remove(id);

  expect(created).toMatchObject({
    status: 'created',
    isRunning: false,
    startedAt: '',
    imageId: image.record.id,
  });
  expect(exitCode).toBe(7);
  expect(exited).toMatchObject({ status: 'exited', exitCode: 7, isOomKilled: false, pid: 0 });
  expect(Date.parse(exited?.finishedAt ?? '')).toBeGreaterThan(0);
  expect(logs.split('\n').sort()).toEqual(['', 'error', 'out']);
  expect(await containers.inspect(id)).toBeUndefined();
});

test('all settings of a container arrive', async () => {
  const id = await start('id -u; pwd; echo $COLOUR; cat /proc/self/mounts; sleep 60', {
    env: { COLOUR: 'blue' },
    user: '65534',
    workingDir: '/tmp',
    isReadOnly: true,
    init: true,
    memoryBytes: 32 * 1024 ** 2,
    cpus: 0.5,
    mounts: [
      { type: 'tmpfs', target: '/scratch' },
      { type: 'volume', target: '/anonymous' },
      {
        type: 'volume',
        source: await scope.createVolume('named'),
        target: '/named',
        isReadOnly: true,
      },
    ],
    publish: [8080],
    aliases: ['friend'],
  });

  const state = await containers.inspect(id);
  await expect.poll(() => containers.logs(id), { interval: 10 }).toContain('/named');
  const logs = await containers.logs(id);

  expect(logs).toMatch(/^65534\n\/tmp\nblue\n/u);
  expect(logs).toMatch(/ \/ overlay ro/u);
  expect(logs).toMatch(/tmpfs \/scratch/u);
  expect(logs).toMatch(/ \/named \S+ ro/u);
  expect(state?.publishedPorts['8080/tcp']).toBeGreaterThan(0);
  expect(state?.mounts.map(({ target }) => target).sort()).toEqual([
    '/anonymous',
    '/data',
    '/named',
    '/scratch',
  ]);
});

test('stop sends the signal and waits, kill sends any signal, restart starts again', async () => {
  const [stopped, killed, restarted] = await Promise.all([
    start(SERVE),
    start(SERVE),
    start(SERVE),
  ]);
  for (const id of [stopped, killed, restarted]) {
    await expect.poll(() => containers.logs(id), { interval: 10 }).toBe('up\n');
  }
  const before = await containers.inspect(restarted);

  await containers.stop(stopped, 5);
  await containers.stop(stopped, 5);
  await containers.kill(killed, 'SIGKILL');
  const killCode = await containers.wait(killed);
  await containers.restart(restarted, 5);

  const after = await containers.inspect(restarted);
  expect(await containers.inspect(stopped)).toMatchObject({ status: 'exited', exitCode: 5 });
  expect(killCode).toBe(137);
  expect(after?.isRunning).toBe(true);
  expect(after?.pid).not.toBe(before?.pid);
});

test('logs can be read from their end, and followed until the container ends', async () => {
  const id = await start('for i in 1 2 3; do echo line $i; sleep 0.1; done');
  let followed = '';

  await containers.followLogs(id, (piece) => (followed += piece), new AbortController().signal);

  expect(followed).toBe('line 1\nline 2\nline 3\n');
  expect(await containers.logs(id, { tail: 1 })).toBe('line 3\n');
});

test('following logs ends quietly when it is called off', async () => {
  const id = await start(SERVE);
  const controller = new AbortController();

  const following = containers.followLogs(id, () => controller.abort(), controller.signal);

  await expect(following).resolves.toBeUndefined();
});

test('waiting can be called off, with the reason', async () => {
  const id = await start(SERVE);
  const controller = new AbortController();
  const reason = new Error('enough');

  const waiting = containers.wait(id, controller.signal);
  controller.abort(reason);

  await expect(waiting).rejects.toBe(reason);
});

test('exec gives exit code, stdout and stderr, and takes stdin and an environment', async () => {
  const id = await start(SERVE);

  const result = await containers.exec(id, {
    argv: ['sh', '-c', 'cat; echo $A >&2; id -u; exit 9'],
    stdin: 'ünïcode\n',
    env: { A: 'b' },
    user: '1000',
  });
  const missing = await containers.exec(id, { argv: ['/no/such/program'] });

  expect(result).toEqual({ exitCode: 9, stdout: 'ünïcode\n1000\n', stderr: 'b\n' });
  expect([126, 127]).toContain(missing.exitCode);
});

test('a large output of exec arrives whole', async () => {
  const id = await start(SERVE);

  const result = await containers.exec(id, { argv: ['sh', '-c', 'seq 1 200000'] });

  expect(result.stdout.length).toBe(1_288_895);
  expect(result.stdout.endsWith('\n200000\n')).toBe(true);
});

test('exec can be called off, with the reason', async () => {
  const id = await start(SERVE);
  const controller = new AbortController();
  const reason = new Error('enough');

  const running = containers.exec(id, { argv: ['sleep', '60'], signal: controller.signal });
  setTimeout(() => controller.abort(reason), 100);

  await expect(running).rejects.toBe(reason);
});

test('changes are those of the writable layer, without volumes', async () => {
  const id = await start(
    'echo x > /new; echo x > /data/file; rm /etc/group; echo x >> /etc/passwd',
  );
  await containers.wait(id);

  const changes = await containers.changes(id);

  expect(changes).toContainEqual({ path: '/new', kind: 'added' });
  expect(changes).toContainEqual({ path: '/etc/group', kind: 'deleted' });
  expect(changes).toContainEqual({ path: '/etc/passwd', kind: 'changed' });
  expect(changes.filter(({ path }) => path.startsWith('/data/'))).toEqual([]);
});

test('top gives a record per process', async () => {
  const id = await start('sleep 61; true');
  await expect
    .poll(async () => (await containers.top(id, '-o pid,args')).length, { interval: 10 })
    .toBe(2);

  const rows = await containers.top(id, '-o pid,args');

  expect(rows.map((row) => row['COMMAND'])).toContain('sleep 61');
});

test('files go in and come out as tars, and a missing path is absent', async () => {
  const id = await create('true');
  const tar = await packEntries([{ path: '/inside', contents: 'hello' }]);

  await containers.writeArchive(id, '/tmp', tar);
  await containers.writeArchive(id, '/data', Readable.from([tar]));
  const read = await containers.readArchive(id, '/tmp/inside');
  const missing = await containers.readArchive(id, '/tmp/missing');

  expect((await buffer(read ?? Readable.from([]))).toString('latin1')).toContain('hello');
  expect(missing).toBeUndefined();
  await expect(containers.readArchive('no-such-container', '/')).rejects.toMatchObject({
    code: 'ENGINE_REFUSED_REQUEST',
  });
});

test('what is at a path is told without its contents, and a link is not followed', async () => {
  const id = await create('true');
  const tar = await packEntries([
    { path: '/file', contents: 'hello', mode: 0o4711 },
    { path: '/link', linkTo: 'file' },
    { path: '/loop', linkTo: 'loop' },
  ]);
  await containers.writeArchive(id, '/tmp', tar);

  const paths = ['/tmp/file', '/tmp/link', '/tmp', '/tmp/none'];
  const stats = await Promise.all(paths.map((path) => containers.stat(id, path)));

  expect(stats).toEqual([
    { name: 'file', sizeBytes: 5, mode: (1 << 23) | 0o711, linkTarget: undefined },
    { name: 'link', sizeBytes: 4, mode: (1 << 27) | 0o777, linkTarget: '/tmp/file' },
    expect.objectContaining({ name: 'tmp' }),
    undefined,
  ]);
  await expect(containers.stat(id, '/tmp/loop/x')).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  await expect(containers.stat('no-such-container', '/')).rejects.toMatchObject({
    code: 'ENGINE_REFUSED_REQUEST',
  });
});

test('attaching joins stdin, stdout and stderr', async () => {
  const id = await create('read line; echo "got $line"; echo bad >&2', { openStdin: true });
  const streams = await containers.attach(id);
  await containers.start(id);

  streams.stdin.end('hello\n');

  const [stdout, stderr] = await Promise.all([text(streams.stdout), text(streams.stderr)]);
  expect({ stdout, stderr }).toEqual({ stdout: 'got hello\n', stderr: 'bad\n' });
});

test('events of a container are told until they are called off', async () => {
  const id = await create('true');
  const actions: string[] = [];
  const controller = new AbortController();

  const watching = engine.objects.watch(id, (action) => actions.push(action), controller.signal);
  // The line to the events is open when the first of them arrives.
  await expect
    .poll(
      async () => {
        await containers.restart(id, 1);
        return actions;
      },
      { interval: 50, timeout: 10_000 },
    )
    .toContain('die');
  controller.abort();

  await expect(watching).resolves.toBeUndefined();
});

test('settings that the engine does not accept are refused with its words: ENGINE_REFUSED_REQUEST', async () => {
  const creating = create('true', { memoryBytes: 1 });

  await expect(creating).rejects.toMatchObject({ code: 'ENGINE_REFUSED_REQUEST', exitCode: 3 });
  await expect(creating).rejects.toThrow(/memory/iu);
});

test('a program that is not there is the fault of the image: ENGINE_REFUSED_REQUEST', async () => {
  const id = await create('true', { entrypoint: ['/no/such/program'] });

  const starting = containers.start(id);

  await expect(starting).rejects.toMatchObject({ code: 'ENGINE_REFUSED_REQUEST' });
  await expect(starting).rejects.toThrow(/no such file/u);
});
