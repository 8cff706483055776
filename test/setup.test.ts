import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';

/** The set-up scripts in a folder of their own, on a PATH that holds nothing but what a test puts there. */
const root = join(import.meta.dirname, '..');
let folder: string;
let bin: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-setup-'));
  bin = join(folder, 'path');
  await mkdir(bin);
  await cp(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
  await writeFile(join(folder, 'package-lock.json'), '{}');
  await symlink(process.execPath, join(bin, 'node'));
  for (const name of ['sh', 'dirname', 'cksum', 'cat', 'mkdir', 'id', 'sed', 'cut', 'tail']) {
    await symlink(join('/usr/bin', name), join(bin, name));
  }
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('scripts/setup.sh dependencies', () => {
  it('says what it installs, installs it once, and is silent when all is there', async () => {
    await addProgram('npm', 'mkdir -p node_modules; echo "npm $1" >>npm-calls');

    const first = await run('setup.sh', ['dependencies']);
    const second = await run('setup.sh', ['dependencies']);

    expect(first.stderr).toMatch(/^setup: installing the packages of package-lock\.json .*\n$/u);
    expect(second).toEqual({ status: 0, stderr: '' });
    expect(await readFile(join(folder, 'npm-calls'), 'utf8')).toBe('npm ci\n');
  });

  it('installs again when package-lock.json has changed', async () => {
    await addProgram('npm', 'mkdir -p node_modules; echo "npm $1" >>npm-calls');
    await run('setup.sh', ['dependencies']);
    await writeFile(join(folder, 'package-lock.json'), '{ "changed": true }');

    await run('setup.sh', ['dependencies']);

    expect(await readFile(join(folder, 'npm-calls'), 'utf8')).toBe('npm ci\nnpm ci\n');
  });

  it('shows what npm said when it failed, and does not take the half for the whole', async () => {
    await addProgram('npm', 'mkdir -p node_modules; echo "no space left"; exit 1');

    const first = await run('setup.sh', ['dependencies']);
    const second = await run('setup.sh', ['dependencies']);

    expect(first.status).toBe(3);
    expect(first.stderr).toContain('no space left\nsetup: npm ci failed');
    expect(second.status).toBe(3);
  });

  it('asks for npm where there is none', async () => {
    const { status, stderr } = await run('setup.sh', ['dependencies']);

    expect(status).toBe(3);
    expect(stderr).toMatch(/^setup: npm is missing\. Install Node .*\n$/u);
  });
});

describe('scripts/setup.sh with packages', () => {
  it('installs those whose command is missing, and says so first', async () => {
    await addProgram('curl', 'exit 0');
    await addProgram('apt-get', 'echo "$@" >>apt-calls');
    await addProgram('sudo', '"$@"');
    await addProgram('env', 'shift; "$@"');

    const { status, stderr } = await run('setup.sh', ['curl', 'a-package', 'b-package']);

    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'setup: installing Debian packages: a-package b-package\n',
    });
    expect(await readFile(join(folder, 'apt-calls'), 'utf8')).toContain('a-package b-package\n');
  });

  it('names what a person has to install where there is no apt-get', async () => {
    const { status, stderr } = await run('setup.sh', ['a-package']);

    expect(status).toBe(3);
    expect(stderr).toMatch(/^setup: missing: a-package\. Install .*\n$/u);
  });

  it('names the command for root where there is no sudo', async () => {
    await addProgram('apt-get', 'exit 1');
    await rm(join(bin, 'id'));
    await addProgram('id', 'echo 1000');

    const { status, stderr } = await run('setup.sh', ['a-package']);

    expect(status).toBe(3);
    expect(stderr).toContain('As root, run: apt-get install a-package');
  });
});

describe('scripts/engine.sh', () => {
  it('touches nothing and says nothing when an engine answers', async () => {
    const socket = join(folder, 'engine.sock');
    const server = createServer((_, response) => response.end('OK')).listen(socket);
    await once(server, 'listening');

    const result = await run('engine.sh', ['start'], { DOCKER_HOST: `unix://${socket}` });
    server.close();

    expect(result).toEqual({ status: 0, stderr: '' });
  });

  it('starts no engine of its own when DOCKER_HOST names another that does not answer', async () => {
    const host = `unix://${join(folder, 'nobody.sock')}`;

    const { status, stderr } = await run('engine.sh', ['start'], { DOCKER_HOST: host });

    expect(status).toBe(3);
    expect(stderr).toContain(`no container engine answers at ${host} (ENOENT). Start that engine`);
  });

  it('knows the engine of a Docker context', async () => {
    const name = 'remote';
    await writeContext(name, `unix://${join(folder, 'remote.sock')}`);

    const { status, stderr } = await run('engine.sh', ['start'], {
      DOCKER_CONFIG: folder,
      DOCKER_CONTEXT: name,
    });

    expect(status).toBe(3);
    expect(stderr).toContain('remote.sock (ENOENT)');
  });

  it('stops nothing that it did not start', async () => {
    const bystander = spawn('sleep', ['60']);
    await once(bystander, 'spawn');
    await mkdir(join(folder, '.cache', 'engine'), { recursive: true });
    // The pid of a living process with the start time of another: a pid that was given out again.
    await writeFile(join(folder, '.cache', 'engine', 'pid'), `${String(bystander.pid)} 1\n`);

    const { status } = await run('engine.sh', ['stop']);

    expect(status).toBe(0);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill();
  });
});

async function writeContext(name: string, host: string): Promise<void> {
  const place = join(folder, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
  await mkdir(place, { recursive: true });
  const meta = { Name: name, Endpoints: { docker: { Host: host } } };
  await writeFile(join(place, 'meta.json'), JSON.stringify(meta));
}

async function addProgram(name: string, body: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(bin, name), 0o755);
}

async function run(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number | null; readonly stderr: string }> {
  const child = spawn(join(folder, 'scripts', script), args, {
    cwd: folder,
    env: { PATH: bin, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { status: child.exitCode, stderr };
}
