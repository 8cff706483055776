import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectEngine } from '../engine/connect.ts';
import type { Engine } from '../engine/contract.ts';
import { openScope, type OpenScope } from '../engine/scope.ts';
import { startOwnEngine, type OwnEngine } from '../engine/testing/own-engine.ts';
import { buildScratchImage, type ScratchImage } from '../engine/testing/scratch-image.ts';
import { processEnvironment } from '../host/environment.ts';
import { runProcess, type ProcessResult } from '../host/process.ts';
import { isSoak } from '../host/testing/soak.ts';
import { openSandbox, type Sandbox } from './open-sandbox.ts';

const env = processEnvironment();
const engine = await connectEngine({ env });
const article = fileURLToPath(new URL('fixtures/article.test.sh', import.meta.url));
/** Serves a folder, on the port of the article. */
const SERVER = { entrypoint: ['/bin/httpd', '-f', '-p', '8000', '-h', '/data'] };

let image: ScratchImage;
let scope: OpenScope;

beforeAll(async () => {
  image = await buildScratchImage(engine, SERVER);
  scope = await openScope({ engine, runId: randomUUID() });
});

afterAll(async () => {
  await scope.close();
  await image[Symbol.asyncDispose]();
});

async function sandboxOn(place: Engine): Promise<Sandbox> {
  return await openSandbox({
    engine: place,
    labels: scope.labels,
    folder: await scope.stateFolder('sandbox'),
    isolation: 'ns',
    visible: [join(article, '..')],
    env,
  });
}

async function runArticle(sandbox: Sandbox, ref = image.ref): Promise<ProcessResult> {
  const placed = sandbox.place({
    command: [article],
    cwd: '/',
    env: { ...env, IMAGE: ref, WORDS: randomBytes(4).toString('hex') },
  });
  return await runProcess(placed.file, placed.argv, { env: placed.env, timeoutMs: 60_000 });
}

describe('scripts in the style of the article', () => {
  it('pass three at once, and what is not theirs stays as it was', async () => {
    const container = await scope.createContainer({
      image: image.record.id,
      purpose: 'foreign',
      entrypoint: ['sleep', '600'],
    });
    await engine.containers.start(container);
    const volume = await scope.createVolume('foreign');
    const rounds = isSoak ? 20 : 1;

    for (let round = 0; round < rounds; round += 1) {
      const sandboxes = await Promise.all([1, 2, 3].map(() => sandboxOn(engine)));
      const ends = await Promise.all(sandboxes.map((sandbox) => runArticle(sandbox)));
      const left = await Promise.all(sandboxes.map((sandbox) => sandbox.close()));

      expect(ends.map(({ exitCode, output }) => (exitCode === 0 ? 'passed' : output))).toEqual([
        'passed',
        'passed',
        'passed',
      ]);
      const nothing = { containers: [], networks: [], volumes: [] };
      expect(left).toEqual([nothing, nothing, nothing]);
    }

    expect(await engine.containers.inspect(container)).toMatchObject({ isRunning: true });
    const names = (
      await engine.objects.list([`seatrial.run=${scope.labels['seatrial.run'] ?? ''}`])
    )
      .map(({ kind, name }) => (kind === 'container' ? kind : name))
      .toSorted();
    expect(names).toContain(volume);
    expect(names).toHaveLength(3);
  });
});

describe('an engine of which only the API can be reached', () => {
  let far: OwnEngine;
  let remote: Engine;
  let ref: string;

  beforeAll(async () => {
    far = await startOwnEngine({ isRemote: true });
    remote = await connectEngine({ env: {}, host: far.host });
    // It goes with its engine.
    ({ ref } = await buildScratchImage(remote, SERVER));
  });

  afterAll(async () => {
    await far[Symbol.asyncDispose]();
  });

  it('runs the same scripts, and without a sandbox they fail', async () => {
    const plainEnv = { ...env, DOCKER_HOST: far.host, IMAGE: ref, WORDS: 'plain' };

    const plain = await runProcess(article, [], { env: plainEnv, timeoutMs: 60_000 });
    const count = isSoak ? 3 : 1;
    const sandboxes = await Promise.all(Array.from({ length: count }, () => sandboxOn(remote)));
    const ends = await Promise.all(sandboxes.map((sandbox) => runArticle(sandbox, ref)));
    const left = await Promise.all(sandboxes.map((sandbox) => sandbox.close()));

    expect(plain).toMatchObject({ exitCode: 1 });
    expect(plain.output).toMatch(/localhost port 8000/u);
    for (const { exitCode, output } of ends) {
      expect(exitCode === 0 ? 'passed' : output).toBe('passed');
    }
    for (const each of left) expect(each).toEqual({ containers: [], networks: [], volumes: [] });
    for (const sandbox of sandboxes) expect(sandbox.portWay()).toBe('tunnel');
    await expect.poll(() => leftOn(remote)).toEqual([]);
  });

  it('carries folders there and back, removals too, and single files there', async () => {
    const sandbox = await sandboxOn(remote);
    const script = `cd /tmp && mkdir d && echo one >d/a && echo two >d/b && echo words >file
run="docker run --rm --entrypoint sh -v /tmp/d:/d -v /tmp/file:/etc/conf/file:ro ${ref} -c"
$run 'cat /d/a /etc/conf/file; rm /d/b; echo three >/d/c'
ls d; cat d/c
rm d/a; $run 'ls /d'
docker run --rm --entrypoint /no/such -v /tmp/d:/d ${ref} 2>/dev/null || echo "failed $?"
docker ps -aq; docker volume ls -q; docker run --rm -v /var/run/docker.sock:/s ${ref}`;

    const placed = sandbox.place({ command: ['sh', '-c', script], cwd: '/', env });
    const { output } = await runProcess(placed.file, placed.argv, { env: placed.env });

    expect(output.split('\n').slice(0, 7)).toEqual([
      'one',
      'words',
      'a',
      'c',
      'three',
      'c',
      'failed 127',
    ]);
    expect(output.split('\n')[7]).toContain('cannot be mounted on another machine');
    expect(await sandbox.close()).toEqual({ containers: [], networks: [], volumes: [] });
    expect(await leftOn(remote)).toEqual([]);
  });
});

async function leftOn(place: Engine): Promise<readonly string[]> {
  const found = await place.objects.list([`seatrial.run=${scope.labels['seatrial.run'] ?? ''}`]);
  return found.map(({ kind, name }) => `${kind} ${name}`);
}
