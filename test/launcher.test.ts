import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const nodeFolder = dirname(process.execPath);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-launcher-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('bin/seatrial', () => {
  it('lets a reader go that has seen enough', async () => {
    const child = spawn(join(root, 'bin', 'seatrial'), ['--help'], { stdio: 'pipe' });
    child.stdout.destroy();

    const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]);

    expect({ code: child.exitCode, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('becomes the Node that it starts, so that a signal hits the one process', async () => {
    const command = await installPackage('one-process', 'console.log(process.pid);');

    const { pid, stdout } = run(command, []);

    expect(stdout).toBe(`${String(pid)}\n`);
  });

  it('finds its package through links, absolute and relative', async () => {
    const command = await installPackage('linked', 'console.log("found");');
    await symlink(command, join(folder, 'absolute'));
    await symlink('absolute', join(folder, 'relative'));

    const { stdout, stderr } = run(join(folder, 'relative'), []);

    expect({ stdout, stderr }).toEqual({ stdout: 'found\n', stderr: '' });
  });

  it('hands on arguments as they are', async () => {
    const command = await installPackage('arguments', 'console.log(process.argv.slice(2));');

    const { stdout } = run(command, ['a b', '', '*', '--version']);

    expect(stdout).toBe("[ 'a b', '', '*', '--version' ]\n");
  });

  it('prints the version without loading the command line', async () => {
    const command = await installPackage('version', 'throw new Error("loaded");');

    for (const flag of ['--version', '-V']) {
      expect(run(command, [flag]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
    }
  });

  it('keeps the experimental warnings of Node to itself, and no other', async () => {
    const command = await installPackage(
      'warnings',
      `await import('node:sqlite'); process.emitWarning('the disk is full');`,
    );

    const { stderr } = run(command, []);

    expect(stderr).toContain('the disk is full');
    expect(stderr).not.toContain('SQLite');
  });

  it('says in one line that Node is too old, and exits with 3', async () => {
    const command = await installPackage('old', 'console.log("loaded");');
    await writeFile(
      join(folder, 'old.cjs'),
      `Object.defineProperty(process, 'versions', { value: { node: '20.19.4' } });`,
    );

    for (const args of [[], ['--version']]) {
      const { status, stdout, stderr } = run(command, args, {
        NODE_OPTIONS: `--require=${join(folder, 'old.cjs')}`,
      });

      expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
      expect(stderr).toMatch(/^seatrial needs Node >= 22\.18, this is 20\.19\.4\. Install .*\n$/u);
    }
  });

  it('says in one line that there is no Node, and exits with 3', async () => {
    const command = await installPackage('no-node', '');
    const tools = join(folder, 'tools');
    await mkdir(tools);
    await symlink('/bin/sh', join(tools, 'sh'));

    const { status, stderr } = run(command, [], { PATH: tools });

    expect(status).toBe(3);
    expect(stderr).toMatch(/^seatrial: needs Node >= 22\.18, .*\n$/u);
  });

  it('says in one line that a checkout has no dependencies yet, and exits with 3', async () => {
    const command = await installPackage('bare-checkout', '');
    await mkdir(join(folder, 'bare-checkout', 'src'));

    const { status, stderr } = run(command, []);

    expect(status).toBe(3);
    expect(stderr).toMatch(/^seatrial: this checkout has no dependencies yet\. Run .*\n$/u);
  });

  it('runs the source of a checkout, with the Node of its own and `seatrial-source`', async () => {
    const command = await installPackage('checkout', 'console.log("compiled");');
    const checkout = join(folder, 'checkout');
    const bins = join(checkout, 'node_modules', '.bin');
    await mkdir(join(checkout, 'src', 'cli'), { recursive: true });
    await mkdir(bins, { recursive: true });
    await writeFile(
      join(checkout, 'src', 'cli', 'main.ts'),
      `const source: string = 'source'; console.log(source, process.execArgv.join(), process.env['OWN_NODE']);`,
    );
    await writeFile(join(bins, 'node'), `#!/bin/sh\nOWN_NODE=yes exec ${process.execPath} "$@"\n`);
    await chmod(join(bins, 'node'), 0o755);

    const { stdout } = run(command, []);

    expect(stdout).toBe('source --conditions=seatrial-source yes\n');
  });
});

/** A package as npm installs it: `bin`, `package.json` and a compiled `main.js`. Returns its command. */
async function installPackage(name: string, main: string): Promise<string> {
  const place = join(folder, name);
  await cp(join(root, 'bin'), join(place, 'bin'), { recursive: true });
  await cp(join(root, 'package.json'), join(place, 'package.json'));
  await mkdir(join(place, 'dist', 'cli'), { recursive: true });
  await writeFile(join(place, 'dist', 'cli', 'main.js'), main);
  return join(place, 'bin', 'seatrial');
}

interface LauncherResult {
  readonly pid: number;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): LauncherResult {
  return spawnSync(command, args, {
    encoding: 'utf8',
    env: {
      PATH: [nodeFolder, '/usr/bin', '/bin'].join(delimiter),
      NODE_COMPILE_CACHE: join(folder, 'compile'),
      ...env,
    },
  });
}
