import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { describe, expect, test } from 'vitest';
import { runProcess } from '../../src/host/process.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { BIN, runSeatrial } from './command-line.ts';
import { createSampleProject } from './sample-project.ts';
import { createTemporaryPlace, type TemporaryPlace } from './temporary-place.ts';

/** What a person reads: the sentence, and the fix, without the line breaks of the terminal. */
function flat(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}

/** A folder with nothing but a Dockerfile. */
async function createPlainPlace(): Promise<TemporaryPlace> {
  const place = await createTemporaryPlace();
  await writeFile(join(place.folder, 'Dockerfile'), 'FROM scratch\nCMD ["/none"]\n');
  return place;
}

describe('an engine that cannot be used ends the command with exit code 3 and one sentence', () => {
  const commands = [['ci'], ['check', 'any'], ['plan'], ['clean']];

  test.for(commands)('%s: there is no socket', async (argv) => {
    await using place = await createPlainPlace();
    const env = { ...place.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };

    const run = await runSeatrial(argv, { ...place, env });

    expect(run.exitCode, run.stdout).toBe(3);
    expect(run.stdout).toBe('');
    expect(flat(run.stderr)).toMatch(
      /^✗ There is no engine socket at unix:\/\/\/nonexistent\/docker\.sock \(DOCKER_HOST\) /u,
    );
    expect(run.stderr).toContain('Start Docker or podman, or set DOCKER_HOST');
    expect(run.stderr).toContain('ENGINE_SOCKET_ABSENT');
    expect(run.stderr).not.toMatch(/\n +at /u);
  });

  test('the socket is there, and this user may not use it', async () => {
    await using place = await createPlainPlace();
    const path = join(place.root, 'engine.sock');
    await using _engine = await listenAt(path);
    await chmod(path, 0o600);
    await Promise.all([chmod(place.root, 0o755), chmod(place.folder, 0o777)]);

    const run = await runAsNobody(['ci'], { ...place.env, DOCKER_HOST: `unix://${path}` }, place);

    expect(run.exitCode, run.output).toBe(3);
    expect(flat(run.output)).toContain(`This user may not use the engine at unix://${path}`);
    expect(flat(run.output)).toContain(
      'Add your user to the group of the socket (usually `docker`) and log in again.',
    );
    expect(run.output).toContain('ENGINE_FORBIDDEN');
  });

  test('nothing listens at the address', async () => {
    await using place = await createPlainPlace();
    const env = { ...place.env, DOCKER_HOST: 'tcp://127.0.0.1:1' };

    const run = await runSeatrial(['ci'], { ...place, env });

    expect(run.exitCode, run.stdout).toBe(3);
    expect(flat(run.stderr)).toMatch(
      /^✗ The engine at tcp:\/\/127\.0\.0\.1:1 \(DOCKER_HOST\) cannot be reached/u,
    );
    expect(run.stderr).toContain('Check that the engine runs and that its address is right.');
  });
});

test('a registry that cannot be reached leaves the tests passed and says which one, exit code 3', async () => {
  await using project = await createSampleProject();
  const registry = '127.0.0.1:1';

  const run = await runSeatrial(['ci'], project.place({ SEATRIAL_REGISTRY: registry }));

  expect(run.exitCode, run.stdout).toBe(3);
  expect(run.stdout).toMatch(/✓ test app behaviour/u);
  expect(run.stdout).toMatch(/\? ship app +lost\n/u);
  expect(flat(run.stdout)).toContain(`Cannot reach the registry ${registry}: connect ECONNREFUSED`);
  expect(run.stdout).toContain('fix  Start the registry, or check its port.');
  expect(flat(run.stdout)).toMatch(/because of the environment and not of an image: ship app/u);
  expect(flat(run.stdout)).toContain('Nothing was shipped.');
});

describe('a mistake in the configuration ends the command with exit code 2 and its place', () => {
  test('a key that is mistyped: line, column, caret and the key that was meant', async () => {
    await using project = await createSampleProject();
    const config = await project.read('seatrial.yaml');
    await project.write('seatrial.yaml', config.replace('    hooks:', '    hoks:'));
    const line = config.split('\n').indexOf('    hooks:') + 1;

    for (const argv of [['ci'], ['plan'], ['test']]) {
      const run = await runSeatrial(argv, project.place());

      expect(run.exitCode, run.stdout).toBe(2);
      expect(run.stderr).toContain(`seatrial.yaml:${line}:5`);
      expect(run.stderr).toMatch(/^ *\d+ \| {5}hoks:\n +\| {5}\^{4}/mu);
      expect(flat(run.stderr)).toMatch(/did you mean `?hooks`?\?/iu);
    }
    expect(await project.tags()).toEqual({});
  });

  test('a wrong configuration is told before a missing engine', async () => {
    await using project = await createSampleProject();
    await project.write('seatrial.yaml', 'images: 7\n');

    const run = await runSeatrial(
      ['ci'],
      project.place({ DOCKER_HOST: 'unix:///nonexistent/docker.sock' }),
    );

    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('seatrial.yaml:1:9');
    expect(run.stderr).not.toContain('socket');
  });

  test('a folder without a Dockerfile and a configuration', async () => {
    await using place = await createTemporaryPlace();

    const run = await runSeatrial(['ci'], place);

    expect(run.exitCode, run.stdout).toBe(2);
    expect(run.stderr).toContain('PROJECT_NOT_FOUND');
    expect(flat(run.stderr)).toContain('Go to a folder with a Dockerfile');
  });
});

async function listenAt(path: string): Promise<AsyncDisposable> {
  const server: Server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  return {
    [Symbol.asyncDispose]: async () =>
      await new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** Root may use every socket: as root, the command runs as the user who may nothing. */
async function runAsNobody(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  { folder, root }: TemporaryPlace,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const home = join(root, 'home');
  await mkdir(home, { mode: 0o777 });
  const isRoot = getuid?.() === 0;
  const become = ['--reuid=65534', '--regid=65534', '--clear-groups', BIN];
  if (!isRoot) await chmod(join(root, 'engine.sock'), 0);
  return await runProcess(isRoot ? 'setpriv' : BIN, [...(isRoot ? become : []), ...argv], {
    cwd: folder,
    env: { PATH: processEnvironment()['PATH'], HOME: home, NO_COLOR: '1', ...env },
  });
}
