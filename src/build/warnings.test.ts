import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { everything, scanContext } from './context.ts';
import { loadDockerfile } from './dockerfile-source.ts';
import { contextFolder } from './testing/context-folder.ts';
import { buildWarnings } from './warnings.ts';

const SMALL = { Dockerfile: 'FROM a\nCOPY . /app\n', a: '' };

test('an ordinary build gives no warning', async () => {
  await using folder = await contextFolder(SMALL);
  const context = await scanContext(folder.path, everything);
  const dockerfile = await loadDockerfile(join(folder.path, 'Dockerfile'));

  expect(buildWarnings({ context, dockerfile, args: { VERSION: '1' } })).toEqual([]);
});

test('a large context is named with what makes it large', async () => {
  await using folder = await contextFolder({ ...SMALL, 'data/big': '' });
  await truncate(join(folder.path, 'data/big'), 300 * 1024 ** 2);
  const context = await scanContext(folder.path, everything);
  const dockerfile = await loadDockerfile(join(folder.path, 'Dockerfile'));

  const [warning] = buildWarnings({ context, dockerfile, args: {} });

  expect(warning).toContain('300 MiB, most of it in data (300 MiB)');
});

test.each([
  ['COPY . /app', true],
  ['copy --chown=1 ./ /app/', true],
  ['COPY ["*", "/app/"]', true],
  ['COPY src /app', false],
  ['COPY .env /app', false],
] as const)('an excluded Dockerfile with `%s` warns: %s', async (line, isWarned) => {
  await using folder = await contextFolder({ Dockerfile: `FROM a\n${line}\n`, a: '' });
  const filter = { includes: (path: string) => path !== 'Dockerfile', excludesWhole: () => false };
  const context = await scanContext(folder.path, filter);
  const dockerfile = await loadDockerfile(join(folder.path, 'Dockerfile'));

  const warnings = buildWarnings({ context, dockerfile, args: {} });

  expect(warnings.length).toBe(isWarned ? 1 : 0);
});

test('what was left out and secrets in arguments are told', async () => {
  await using folder = await contextFolder(SMALL);
  const context = await scanContext(folder.path, everything);
  const dockerfile = await loadDockerfile(join(folder.path, 'Dockerfile'));

  const warnings = buildWarnings({
    context: { ...context, skipped: ['a', 'b', 'c', 'd'] },
    dockerfile,
    args: { NPM_TOKEN: 'x' },
  });

  expect(warnings).toEqual([
    expect.stringContaining('NPM_TOKEN'),
    expect.stringContaining('a, b, c and 1 more'),
  ]);
});

test('a Dockerfile that is not there or cannot be read is BUILD_DOCKERFILE_MISSING', async () => {
  await using folder = await contextFolder({ 'folder/': '' });

  for (const name of ['none', 'folder']) {
    await expect(loadDockerfile(join(folder.path, name), name)).rejects.toMatchObject({
      code: 'BUILD_DOCKERFILE_MISSING',
      message: new RegExp(name, 'u'),
    });
  }
});
