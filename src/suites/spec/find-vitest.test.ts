import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findVitest } from './find-vitest.ts';

/** A project with a Vitest of which only the manifest is there. */
async function projectWith(version: string): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'vitest-'));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
  const folder = join(project, 'node_modules/vitest');
  await mkdir(folder, { recursive: true });
  const manifest = {
    version,
    exports: { './node': './node.js', './package.json': './package.json' },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'node.js'), '');
  return project;
}

test('finds the Vitest of the project before the one that this package has', async () => {
  const project = await projectWith('4.0.0');

  expect(findVitest(project)).toBe(join(project, 'node_modules/vitest/node.js'));
  expect(findVitest(tmpdir())).toMatch(/vitest\/.*node\.js$/u);
});

test('SPEC_NO_VITEST: says how to install it', () => {
  expect(() => findVitest('/project', [join(tmpdir(), 'package.json')])).toThrow(
    expect.objectContaining({
      code: 'SPEC_NO_VITEST',
      exitCode: 2,
      hint: 'Install it with `npm install --save-dev vitest`.',
    }),
  );
});

test('SPEC_NO_VITEST: says which one is too old', async () => {
  const project = await projectWith('3.2.7');

  expect(() => findVitest(project)).toThrow(/^Vitest 3\.2\.7 in .* is too old/u);
});
