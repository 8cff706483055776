import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectEngine } from '../src/engine/connect.ts';
import { buildScratchImage } from '../src/engine/testing/scratch-image.ts';
import { processEnvironment } from '../src/host/environment.ts';
import { faultPointsIn } from './fault-points-in.ts';

const root = join(import.meta.dirname, '..');
const execute = promisify(execFile);
let folder: string;
let installed: string;

/** The tarball that would be published, unpacked where npm would put it, far from the checkout. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-package-'));
  await execute('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  const [tarball = ''] = await readdir(folder);
  await execute('tar', ['-xzf', tarball], { cwd: folder });
  installed = join(folder, 'node_modules', 'seatrial');
  await mkdir(join(folder, 'node_modules'));
  await rename(join(folder, 'package'), installed);
  // What npm brings with it, and what its user has anyway.
  for (const name of ['zod', 'vitest']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the published package', () => {
  it('starts with plain Node, without its source', async () => {
    const { stdout } = await execute(join(installed, 'bin', 'seatrial'), ['--help'], {
      cwd: folder,
    });

    expect(stdout).toMatch(/\bcheck\b/u);
    expect(await readdir(installed)).not.toContain('src');
  });

  it('has no fault points', async () => {
    expect(await faultPointsIn(join(installed, 'dist'))).toEqual([]);
  });

  it('is imported by its name, `seatrial/registry` and `seatrial/schema.json`', async () => {
    await writeFile(
      join(folder, 'import.mjs'),
      `import { AppError, defineConfig } from 'seatrial';
       import { openRepository, RegistryError } from 'seatrial/registry';
       import schema from 'seatrial/schema.json' with { type: 'json' };
       console.log(typeof defineConfig, typeof openRepository, schema.type);
       console.log(RegistryError.prototype instanceof AppError);`,
    );

    const { stdout } = await execute(process.execPath, ['import.mjs'], { cwd: folder });

    expect(stdout).toBe('function function object\ntrue\n');
  });

  it('gives its fixtures to a spec that plain Vitest runs', async () => {
    const engine = await connectEngine({ env: processEnvironment() });
    await using image = await buildScratchImage(engine, {
      command: ['httpd', '-f', '-p', '8080'],
      exposedPorts: [8080],
    });
    await writeFile(
      join(folder, 'fixtures.test.mjs'),
      `import { expect, test } from 'seatrial/test';
       test('answers', async ({ run, image }) => {
         const server = await run();
         expect((await fetch(server.url())).status).toBe(404);
         expect(image.id).toBe('${image.record.id}');
       });`,
    );

    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const { stdout } = await execute(process.execPath, [vitest, 'run', '--root', folder], {
      cwd: folder,
      env: { ...process.env, IMAGE: image.ref },
    });

    expect(stdout).toMatch(/1 passed/u);
  });
});
