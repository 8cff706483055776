import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processEnvironment } from './environment.ts';
import { readGit, webAddressOf } from './git.ts';
import { runProcess } from './process.ts';

const env = {
  ...processEnvironment(),
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-git-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function git(...argv: string[]): Promise<void> {
  const result = await runProcess('git', ['-C', folder, ...argv], { env });
  if (result.exitCode !== 0) throw new Error(result.output);
}

test('a folder outside a checkout has no facts and is no error', async () => {
  expect(await readGit(folder, env)).toEqual({ tags: [], isDirty: false });
});

test('a checkout without git on the machine has no facts and is no error', async () => {
  await git('init', '-q');

  expect(await readGit(folder, { PATH: folder })).toEqual({ tags: [], isDirty: false });
});

test('a checkout with more changed files than anybody reads is dirty, and keeps its commit', async () => {
  await git('init', '-q', '-b', 'trunk');
  await git('commit', '-q', '--allow-empty', '-m', 'first');
  const long = 'x'.repeat(200);
  const names = Array.from({ length: 6000 }, (_, index) => `${String(index)}-${long}`);
  await Promise.all(names.map(async (name) => await writeFile(join(folder, name), '')));

  const { commit, isDirty } = await readGit(folder, env);

  expect({ hasCommit: /^[0-9a-f]{40}$/u.test(commit ?? ''), isDirty }).toEqual({
    hasCommit: true,
    isDirty: true,
  });
});

test('a checkout tells commit, branch, tags, remote and whether it is dirty', async () => {
  await git('init', '-q', '-b', 'trunk');
  await git('commit', '-q', '--allow-empty', '-m', 'first');
  await git('tag', 'v1.2.3');
  await git('remote', 'add', 'origin', 'https://user:secret@example.org/team/app.git');

  const clean = await readGit(folder, env);
  await writeFile(join(folder, 'new'), '');
  const dirty = await readGit(folder, env);

  expect(clean).toMatchObject({
    branch: 'trunk',
    tags: ['v1.2.3'],
    remote: 'https://example.org/team/app.git',
    isDirty: false,
  });
  expect(clean.commit).toMatch(/^[0-9a-f]{40}$/u);
  expect(Date.parse(clean.committedAt ?? '')).not.toBeNaN();
  expect(dirty.isDirty).toBe(true);
});

test('a checkout before its first commit has a branch and no commit', async () => {
  await git('init', '-q', '-b', 'trunk');

  const facts = await readGit(folder, env);

  expect(facts).toMatchObject({ branch: 'trunk', commit: undefined, committedAt: undefined });
});

test.each([
  ['git@example.org:team/app.git', 'https://example.org/team/app'],
  ['ssh://git@example.org:2222/team/app.git', 'https://example.org/team/app'],
  ['https://example.org/team/app', 'https://example.org/team/app'],
  ['https://user:token@example.org/team/app.git/', 'https://example.org/team/app'],
  ['/srv/git/app.git', undefined],
  ['../app', undefined],
])('the web address of %s is %s', (remote, address) => {
  expect(webAddressOf(remote)).toBe(address);
});
