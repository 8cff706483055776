import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fileInputs, findSuiteFiles } from './suite-files.ts';

async function projectWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'files-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contents);
  }
  return folder;
}

function settingsOf(
  files: readonly string[],
  env: readonly string[] = [],
): Parameters<typeof fileInputs>[0] {
  return { files: [...files], timeout: 1000, env: [...env] };
}

test('finds files by path and glob, each once, sorted, without dependencies', async () => {
  const folder = await projectWith({
    'test/b.test.sh': '',
    'test/a.test.sh': '',
    'test/deep/c.test.sh': '',
    'test/node_modules/x/d.test.sh': '',
    'test/e.txt': '',
  });

  const files = await findSuiteFiles(['test/**/*.test.sh', './test/a.test.sh'], folder);

  expect(files).toEqual(['test/a.test.sh', 'test/b.test.sh', 'test/deep/c.test.sh']);
});

test.each(['test/*.test.sh', 'test/absent.sh', 'test'])(
  'SUITE_NO_FILES: %s matches no file, which is no pass',
  async (pattern) => {
    const folder = await projectWith({ 'test/a.txt': '' });

    const finding = findSuiteFiles(['test/a.txt', pattern], folder);

    await expect(finding).rejects.toMatchObject({ code: 'SUITE_NO_FILES', exitCode: 2 });
    await expect(finding).rejects.toThrow(JSON.stringify(pattern));
  },
);

test('contents, mode and whatever lies beside or below a script decide its key', async () => {
  const folder = await projectWith({
    'test/a.sh': 'one',
    'test/lib/functions.sh': 'f',
    'src/unrelated.c': '',
  });
  await symlink('/absent', join(folder, 'test/dangling'));
  const place = { projectFolder: folder, env: {} };
  const inputs = async (): Promise<object> => await fileInputs(settingsOf(['test/*.sh']), place);
  const before = await inputs();

  await writeFile(join(folder, 'src/unrelated.c'), 'changed');
  const afterUnrelated = await inputs();
  await writeFile(join(folder, 'test/lib/functions.sh'), 'changed');
  const afterLibrary = await inputs();
  await chmod(join(folder, 'test/a.sh'), 0o755);
  const afterMode = await inputs();

  expect(Object.keys(before)).toEqual(['timeout', 'file:test/a.sh', 'file:test/lib/functions.sh']);
  expect(afterUnrelated).toEqual(before);
  expect(afterLibrary).not.toEqual(before);
  expect(afterMode).not.toEqual(afterLibrary);
});

test('beside a script in the project folder itself only its neighbours count', async () => {
  const folder = await projectWith({ 'a.sh': '', 'beside.txt': '', 'src/below.c': '' });

  const inputs = await fileInputs(settingsOf(['a.sh']), { projectFolder: folder, env: {} });

  expect(Object.keys(inputs)).toEqual(['timeout', 'file:a.sh', 'file:beside.txt']);
});

test('named variables count by digest, never by value', async () => {
  const projectFolder = await projectWith({ 'a.sh': '' });
  const settings = settingsOf(['a.sh'], ['LEVEL', 'ABSENT']);

  const inputs = await fileInputs(settings, { projectFolder, env: { LEVEL: 'hidden-value' } });

  expect(inputs['env:LEVEL']).toMatch(/^sha256:/u);
  expect(inputs['env:ABSENT']).toBe('absent');
  expect(JSON.stringify(inputs)).not.toContain('hidden-value');
});
