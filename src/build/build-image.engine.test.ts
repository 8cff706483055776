import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createContextFilter } from '../dockerfile/ignore.ts';
import { processEnvironment } from '../host/environment.ts';
import { runProcess } from '../host/process.ts';
import { buildImage } from './build-image.ts';
import { everything, scanContext, type ContextFilter } from './context.ts';
import { loadDockerfile } from './dockerfile-source.ts';
import { contextFolder } from './testing/context-folder.ts';
import { failureOf, openEngineBuilds, type EngineBuilds } from './testing/engine-builds.ts';

const MIB = 1024 ** 2;

let builds: EngineBuilds;

beforeAll(async () => {
  builds = await openEngineBuilds();
});

afterAll(async () => {
  await builds[Symbol.asyncDispose]();
});

test('a build reports each step, what it prints, and an image that is really there', async () => {
  const dockerfile = `FROM ${builds.base}\nRUN echo "made ${builds.id} é"\nLABEL a=b\n`;

  const { built, vertices, output } = await builds.build(
    { Dockerfile: dockerfile },
    { labels: { 'org.example.who': 'test' } },
  );

  const record = await builds.engine.images.inspect(built.imageId);
  expect(record?.config.labels).toMatchObject({ a: 'b', 'org.example.who': 'test' });
  expect(output).toContain(`made ${builds.id} é\n`);
  expect(built.steps).toEqual({ total: 1, cached: 0 });
  expect(vertices.filter(({ name }) => name.includes('] RUN '))).toMatchObject([
    { name: `[2/2] RUN echo "made ${builds.id} é"`, state: 'started' },
    { name: `[2/2] RUN echo "made ${builds.id} é"`, state: 'done' },
  ]);
});

test('a second build of the same takes every step from the cache and gives the same image', async () => {
  const files = {
    Dockerfile: `FROM ${builds.base}\nCOPY a /a\nRUN echo ${builds.id} again\n`,
    a: 'a',
  };
  const first = await builds.build(files);

  const second = await builds.build(files);

  expect(second.built.imageId).toBe(first.built.imageId);
  expect(second.built.steps).toEqual({ total: 2, cached: 2 });
  expect(second.vertices.filter(({ state }) => state === 'cached').length).toBeGreaterThanOrEqual(
    2,
  );
});

test('noCache runs the steps again', async () => {
  const files = { Dockerfile: `FROM ${builds.base}\nRUN echo ${builds.id} uncached\n` };
  await builds.build(files);

  const { built } = await builds.build(files, { noCache: true });

  expect(built.steps).toEqual({ total: 1, cached: 0 });
});

test('an image that was just built is a base by its local tag, without any network', async () => {
  const parent = await builds.build({
    Dockerfile: `FROM ${builds.base}\nRUN echo ${builds.id} > /parent\n`,
  });
  const parentTag = (await builds.engine.images.inspect(parent.built.imageId))?.tags[0] ?? '';

  const child = await builds.build({
    Dockerfile: `FROM ${parentTag}\nRUN cat /parent && exit 0\n`,
  });

  expect(child.output).toContain(builds.id);
});

test('cancelling ends the process that the step runs on the engine', async () => {
  const seconds = `4${String(Date.now())}`;
  const controller = new AbortController();
  const isRunning = async (): Promise<boolean> => (await processesWith(seconds)).length > 0;
  const begun = Promise.withResolvers<void>();
  const onText = (text: string): void => {
    if (text.includes('begun')) begun.resolve();
  };
  // The processes of an engine elsewhere cannot be seen.
  expect(builds.engine.info.isLocal).toBe(true);

  const building = builds.failure(
    { Dockerfile: `FROM ${builds.base}\nRUN echo begun; sleep ${seconds}\n` },
    { signal: controller.signal, onText },
  );
  await begun.promise;
  await expect.poll(isRunning, { timeout: 10_000, interval: 20 }).toBe(true);
  controller.abort(new Error('enough'));
  const error = await building;

  expect(error.code).toBe('BUILD_CANCELLED');
  expect(error.exitCode).toBe(4);
  await expect.poll(isRunning, { timeout: 10_000, interval: 20 }).toBe(false);
});

/** A module beside this one, as a program imports it. */
function at(path: string): string {
  return JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
}

async function processesWith(argument: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.split('\0').includes(argument));
}

test('a build that was cancelled before it began does not begin', async () => {
  const error = await builds.failure(
    { Dockerfile: `FROM ${builds.base}\n` },
    { signal: AbortSignal.abort() },
  );

  expect(error.code).toBe('BUILD_CANCELLED');
});

test('modes, links, long and foreign names arrive as they are, owned by root', async () => {
  const long = `${'long-'.repeat(40)}name`;
  const { output } = await builds.build({
    Dockerfile: `FROM ${builds.base}\nCOPY . /c\nRUN cd /c && ls -ln && readlink link && cat "ü n.txt" && cat ${long}/${long}\n`,
    'run.sh': { text: '#!/bin/sh\n', mode: 0o755 },
    'secret.txt': { text: 's', mode: 0o600 },
    'set.sh': { text: '', mode: 0o4751 },
    link: { linkTo: 'run.sh' },
    loop: { linkTo: 'loop' },
    'ü n.txt': 'umlaut\n',
    [`${long}/${long}`]: 'deep\n',
    'empty/': '',
  });

  expect(output).toMatch(/-rwxr-xr-x +1 0 +0 .* run\.sh/u);
  expect(output).toMatch(/-rw------- +1 0 +0 .* secret\.txt/u);
  expect(output).toMatch(/-rwsr-x--x +1 0 +0 .* set\.sh/u);
  expect(output).toMatch(/lrwxrwxrwx .* loop -> loop/u);
  expect(output).toMatch(/drwx.* empty/u);
  expect(output).toContain('\nrun.sh\numlaut\ndeep\n');
});

test('what .dockerignore excludes is not in the image, and what it takes back is', async () => {
  await using folder = await contextFolder({
    Dockerfile: `FROM ${builds.base}\nCOPY . /c\nRUN cd /c && find . | sort\n`,
    '.dockerignore': '*\n!src\nsrc/**/*.o\n!src/keep/keep.o\n**/.git\n!logs/*/last\nDockerfile\n',
    'src/main.c': '',
    'src/main.o': '',
    'src/keep/keep.o': '',
    'src/keep/drop.o': '',
    'src/.git/config': '',
    'logs/a/first': '',
    'logs/a/last': '',
    'other/file': '',
  });
  const filter = await createContextFilter(folder.path, join(folder.path, 'Dockerfile'));

  const { output } = await builds.buildFolder(folder.path, { filter });

  expect(output.trim().split('\n')).toEqual([
    '.',
    './.seatrial.Dockerfile',
    './logs',
    './logs/a',
    './logs/a/last',
    './src',
    './src/keep',
    './src/keep/keep.o',
    './src/main.c',
  ]);
});

test('an excluded or outside Dockerfile builds, and pinned text is what is built', async () => {
  const filter: ContextFilter = {
    includes: (path) => path !== 'Dockerfile',
    excludesWhole: () => false,
  };
  await using folder = await contextFolder({
    Dockerfile: 'FROM parent\nRUN echo is-pinned; test ! -e /c/Dockerfile\n',
  });
  const dockerfile = {
    ...(await loadDockerfile(join(folder.path, 'Dockerfile'))),
    pinnedText: `FROM ${builds.base}\nRUN echo is-pinned; test ! -e /c/Dockerfile\n`,
  };

  const inside = await builds.buildFolder(folder.path, { dockerfile });
  const excluded = await builds.buildFolder(folder.path, { dockerfile, filter });

  expect(inside.output + inside.vertices.map(({ name }) => name).join()).toContain('is-pinned');
  expect(excluded.built.imageId).toBe(inside.built.imageId);
});

test('a value that looks secret is in no event and no message', async () => {
  const secret = `s3cret-${builds.id}`;
  const files = {
    Dockerfile: `FROM ${builds.base}\nARG API_TOKEN\nRUN echo "got $API_TOKEN" && exit 1\n`,
  };
  const seen: string[] = [];

  const error = await builds.failure(files, {
    args: { API_TOKEN: secret },
    onText: (text) => void seen.push(text),
  });

  expect(seen.join('')).toContain('got ***');
  expect(`${error.message}${JSON.stringify(error.details)}${seen.join('')}`).not.toContain(secret);
});

test('a file that changes after the scan fails the build instead of getting into the image', async () => {
  await using folder = await contextFolder({
    Dockerfile: `FROM ${builds.base}\nCOPY . /c\n`,
    big: '',
  });
  await truncate(join(folder.path, 'big'), 50_000_000);
  const context = await scanContext(folder.path, everything);
  await writeFile(join(folder.path, 'big'), 'now small');

  const error = await failureOf(
    buildImage({
      engine: builds.engine,
      context,
      dockerfile: await loadDockerfile(join(folder.path, 'Dockerfile')),
      args: {},
      labels: {},
      tag: builds.newTag(),
      signal: AbortSignal.timeout(60_000),
      listener: { onVertex: () => {}, onOutput: () => {} },
    }),
  );

  expect(error.code).toBe('BUILD_CONTEXT_CHANGED');
  expect(error.message).toContain('big went from 50000000 to 9 bytes');
});

test('a large context reaches the engine without being held in memory', async () => {
  await using folder = await contextFolder({ Dockerfile: `FROM ${builds.base}\n`, big: '' });
  await truncate(join(folder.path, 'big'), 400 * MIB);
  const tag = builds.newTag();
  const program = `
    import { connectEngine } from ${at('../engine/connect.ts')};
    import { buildImage } from ${at('build-image.ts')};
    import { everything, scanContext } from ${at('context.ts')};
    import { loadDockerfile } from ${at('dockerfile-source.ts')};
    const engine = await connectEngine({ env: process.env });
    const folder = ${JSON.stringify(folder.path)};
    const before = process.resourceUsage().maxRSS;
    await buildImage({
      engine,
      context: await scanContext(folder, everything),
      dockerfile: await loadDockerfile(folder + '/Dockerfile'),
      args: {},
      labels: {},
      tag: ${JSON.stringify(tag)},
      listener: { onVertex: () => {}, onOutput: () => {} },
      signal: AbortSignal.timeout(100_000),
    });
    process.stdout.write(String((process.resourceUsage().maxRSS - before) * 1024));
    process.exit(0);`;

  const result = await runProcess(process.execPath, ['--input-type=module', '-e', program], {
    env: processEnvironment(),
  });

  expect(result.output).toMatch(/^\d+$/u);
  expect(Number(result.stdout)).toBeLessThan(100 * MIB);
});
