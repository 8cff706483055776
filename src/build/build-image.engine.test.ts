import { randomBytes } from 'node:crypto';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectEngine } from '../engine/connect.ts';
import type { Engine } from '../engine/contract.ts';
import { buildScratchImage, type ScratchImage } from '../engine/testing/scratch-image.ts';
import { processEnvironment } from '../host/environment.ts';
import { runProcess } from '../host/process.ts';
import { buildImage, type BuildRequest, type BuiltImage } from './build-image.ts';
import type { VertexEvent } from './build-progress.ts';
import { everything, scanContext, type ContextFilter } from './context.ts';
import { loadDockerfile } from './dockerfile-source.ts';
import { BuildError } from './errors.ts';
import { contextFolder, type TestFile } from './testing/context-folder.ts';

const MIB = 1024 ** 2;
const RUN = randomBytes(8).toString('hex');
const BASE = `localhost/seatrial/d-base:${RUN}`;

let engine: Engine;
let base: ScratchImage;
const tags: string[] = [];

beforeAll(async () => {
  engine = await connectEngine({ env: processEnvironment() });
  base = await buildScratchImage(engine, { name: BASE });
});

afterAll(async () => {
  for (const tag of tags) await engine.images.remove(tag);
  await base[Symbol.asyncDispose]();
});

interface Build {
  readonly built: BuiltImage;
  readonly vertices: readonly VertexEvent[];
  readonly output: string;
}

type Changes = Partial<Omit<BuildRequest, 'engine' | 'context' | 'listener' | 'tag'>> & {
  readonly filter?: ContextFilter;
  readonly onText?: (text: string) => void;
};

/** Builds a folder with the given files; every tag is removed at the end. */
async function build(
  files: Readonly<Record<string, TestFile>>,
  changes: Changes = {},
): Promise<Build> {
  await using folder = await contextFolder(files);
  return await buildFolder(folder.path, changes);
}

async function buildFolder(path: string, changes: Changes = {}): Promise<Build> {
  const { filter = everything, onText, ...rest } = changes;
  const tag = `localhost/seatrial/d-made-${String(tags.length)}:${RUN}`;
  const vertices: VertexEvent[] = [];
  let output = '';
  const request: BuildRequest = {
    engine,
    context: await scanContext(path, filter),
    dockerfile: await loadDockerfile(join(path, 'Dockerfile'), 'Dockerfile'),
    args: {},
    labels: {},
    tag,
    signal: AbortSignal.timeout(100_000),
    listener: {
      onVertex: (event) => void vertices.push(event),
      onOutput: ({ text }) => {
        output += text;
        onText?.(text);
      },
    },
    ...rest,
  };
  const built = await buildImage(request);
  tags.push(tag);
  return { built, vertices, output };
}

async function failure(promise: Promise<unknown>): Promise<BuildError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof BuildError) return error;
  throw new Error(`expected a build error, got ${String(error)}`);
}

test('a build reports each step, what it prints, and an image that is really there', async () => {
  const dockerfile = `FROM ${BASE}\nRUN echo "made ${RUN} é"\nLABEL a=b\n`;

  const { built, vertices, output } = await build(
    { Dockerfile: dockerfile },
    { labels: { 'org.example.who': 'test' } },
  );

  const record = await engine.images.inspect(built.imageId);
  expect(record?.config.labels).toMatchObject({ a: 'b', 'org.example.who': 'test' });
  expect(output).toContain(`made ${RUN} é\n`);
  expect(built.steps).toEqual({ total: 1, cached: 0 });
  expect(vertices.filter(({ name }) => name.includes('] RUN '))).toMatchObject([
    { name: `[2/2] RUN echo "made ${RUN} é"`, state: 'started' },
    { name: `[2/2] RUN echo "made ${RUN} é"`, state: 'done' },
  ]);
});

test('a second build of the same takes every step from the cache and gives the same image', async () => {
  const files = { Dockerfile: `FROM ${BASE}\nCOPY a /a\nRUN echo ${RUN} again\n`, a: 'a' };
  const first = await build(files);

  const second = await build(files);

  expect(second.built.imageId).toBe(first.built.imageId);
  expect(second.built.steps).toEqual({ total: 2, cached: 2 });
  expect(second.vertices.filter(({ state }) => state === 'cached').length).toBeGreaterThanOrEqual(
    2,
  );
});

test('noCache runs the steps again', async () => {
  const files = { Dockerfile: `FROM ${BASE}\nRUN echo ${RUN} uncached\n` };
  await build(files);

  const { built } = await build(files, { noCache: true });

  expect(built.steps).toEqual({ total: 1, cached: 0 });
});

test('an image that was just built is a base by its local tag, without any network', async () => {
  const parent = await build({ Dockerfile: `FROM ${BASE}\nRUN echo ${RUN} > /parent\n` });
  const parentTag = (await engine.images.inspect(parent.built.imageId))?.tags[0] ?? '';

  const child = await build({ Dockerfile: `FROM ${parentTag}\nRUN cat /parent && exit 0\n` });

  expect(child.output).toContain(RUN);
});

test('a failing RUN is shown with its line, exit code and last output only', async () => {
  const dockerfile = `FROM ${BASE}\n\nRUN for i in $(seq 300); do echo "line $i"; done && \\\n    exit 3\n`;

  const error = await failure(build({ Dockerfile: dockerfile }));

  expect(error.code).toBe('BUILD_STEP_FAILED');
  expect(error.exitCode).toBe(1);
  expect(error.message).toContain('failed with exit code 3');
  expect(error.message).toContain('Dockerfile:3\n> 3 | RUN for i in');
  expect(error.message).toContain('  4 |     exit 3');
  expect(error.message).toContain('\n  line 300');
  expect(error.message).toContain('\n  line 281');
  expect(error.message).not.toContain('line 280');
});

test('a failing step of a named stage is found in its stage', async () => {
  const dockerfile = `FROM ${BASE} AS b\nRUN false || true\nFROM ${BASE}\nCOPY --from=b /bin/sh /x\nRUN false\n`;

  const error = await failure(build({ Dockerfile: dockerfile }));

  expect(error.message).toContain('Dockerfile:5');
});

test('a here-document fails as itself, or with a hint on an engine that does not know it', async () => {
  const error = await failure(
    build({ Dockerfile: `FROM ${BASE}\nRUN <<EOF\necho in\nexit 4\nEOF\n` }),
  );

  const isKnown = Number(engine.info.version.split('.')[0]) >= 23;
  expect(error.code).toBe(isKnown ? 'BUILD_STEP_FAILED' : 'BUILD_DOCKERFILE_INVALID');
  expect(error.message).toContain(isKnown ? 'Dockerfile:2' : 'Dockerfile:3');
  expect(error.hint.includes('here-document')).toBe(!isKnown);
});

test('a missing file of COPY is named, with what was probably meant', async () => {
  const error = await failure(
    build({ Dockerfile: `FROM ${BASE}\nCOPY src/mian.c /\n`, 'src/main.c': '' }),
  );

  expect(error.code).toBe('BUILD_COPY_MISSING');
  expect(error.message).toContain('the context has no src/mian.c; did you mean "src/main.c"?');
  expect(error.message).toContain('> 2 | COPY src/mian.c /');
});

test('a file of COPY that .dockerignore excludes is named as such', async () => {
  const filter: ContextFilter = {
    includes: (path) => path !== 'secret.txt',
    excludesWhole: () => false,
  };

  const error = await failure(
    build({ Dockerfile: `FROM ${BASE}\nCOPY secret.txt /\n`, 'secret.txt': 's' }, { filter }),
  );

  expect(error.code).toBe('BUILD_COPY_MISSING');
  expect(error.message).toContain('secret.txt exists, but .dockerignore excludes it');
  expect(error.hint).toContain('`!secret.txt`');
});

test('a path outside the context and one that a stage lacks are told apart', async () => {
  const outside = await failure(build({ Dockerfile: `FROM ${BASE}\nCOPY ../x /\n` }));
  const stage = await failure(
    build({ Dockerfile: `FROM ${BASE} AS b\nFROM ${BASE}\nCOPY --from=b /nope /x\n` }),
  );

  expect(outside.hint).toContain('Set `context`');
  expect(stage.code).toBe('BUILD_COPY_MISSING');
  expect(stage.message).toContain('the stage or image "b" has no /nope');
});

test('a base image that cannot be had is named, with its line', async () => {
  const error = await failure(
    build({ Dockerfile: `# a comment\nFROM registry.invalid/no/such:1\n` }),
  );

  expect(error.code).toBe('BUILD_BASE_UNREACHABLE');
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain('registry.invalid/no/such:1');
  expect(error.message).toContain('Dockerfile:2');
});

test('a Dockerfile that makes no sense is shown at its line', async () => {
  const typo = await failure(build({ Dockerfile: `FROM ${BASE}\nRUNN x\n` }));
  const empty = await failure(build({ Dockerfile: '# nothing\n' }));
  const target = await failure(
    build({ Dockerfile: `FROM ${BASE} AS build\n` }, { target: 'biuld' }),
  );

  expect(typo.code).toBe('BUILD_DOCKERFILE_INVALID');
  expect(typo.message).toContain('> 2 | RUNN x');
  expect(empty.code).toBe('BUILD_DOCKERFILE_INVALID');
  expect(target.code).toBe('BUILD_TARGET_UNKNOWN');
  expect(target.message).toContain('did you mean "build"?');
});

test('a download that fails is no fault of the Dockerfile', async () => {
  const error = await failure(
    build({ Dockerfile: `FROM ${BASE}\nADD http://files.invalid/${RUN} /x\n` }),
  );

  expect(error.code).toBe('BUILD_DOWNLOAD_FAILED');
});

test('a full disk is the environment, not the image', async () => {
  const error = await failure(build({ Dockerfile: `FROM ${BASE}\nRUN echo x > /dev/full\n` }));

  expect(error.code).toBe('BUILD_DISK_FULL');
  expect(error.exitCode).toBe(3);
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
  expect(engine.info.isLocal).toBe(true);

  const building = failure(
    build(
      { Dockerfile: `FROM ${BASE}\nRUN echo begun; sleep ${seconds}\n` },
      { signal: controller.signal, onText },
    ),
  );
  await begun.promise;
  await expect.poll(isRunning, { timeout: 10_000, interval: 20 }).toBe(true);
  controller.abort(new Error('enough'));
  const error = await building;

  expect(error.code).toBe('BUILD_CANCELLED');
  expect(error.exitCode).toBe(4);
  await expect.poll(isRunning, { timeout: 10_000, interval: 20 }).toBe(false);
});

async function processesWith(argument: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.split('\0').includes(argument));
}

test('a build that was cancelled before it began does not begin', async () => {
  const error = await failure(
    build({ Dockerfile: `FROM ${BASE}\n` }, { signal: AbortSignal.abort() }),
  );

  expect(error.code).toBe('BUILD_CANCELLED');
});

test('modes, links, long and foreign names arrive as they are, owned by root', async () => {
  const long = `${'long-'.repeat(40)}name`;
  const { output } = await build({
    Dockerfile: `FROM ${BASE}\nCOPY . /c\nRUN cd /c && ls -ln && readlink link && cat "ü n.txt" && cat ${long}/${long}\n`,
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
    pinnedText: `FROM ${BASE}\nRUN echo is-pinned; test ! -e /c/Dockerfile\n`,
  };

  const inside = await buildFolder(folder.path, { dockerfile });
  const excluded = await buildFolder(folder.path, { dockerfile, filter });

  expect(inside.output + inside.vertices.map(({ name }) => name).join()).toContain('is-pinned');
  expect(excluded.built.imageId).toBe(inside.built.imageId);
});

test('a value that looks secret is in no event and no message', async () => {
  const secret = `s3cret-${RUN}`;
  const files = {
    Dockerfile: `FROM ${BASE}\nARG API_TOKEN\nRUN echo "got $API_TOKEN" && exit 1\n`,
  };
  const seen: string[] = [];

  const error = await failure(
    build(files, { args: { API_TOKEN: secret }, onText: (text) => void seen.push(text) }),
  );

  expect(seen.join('')).toContain('got ***');
  expect(`${error.message}${JSON.stringify(error.details)}${seen.join('')}`).not.toContain(secret);
});

test('a file that changes after the scan fails the build instead of getting into the image', async () => {
  await using folder = await contextFolder({ Dockerfile: `FROM ${BASE}\nCOPY . /c\n`, big: '' });
  await truncate(join(folder.path, 'big'), 50_000_000);
  const context = await scanContext(folder.path, everything);
  await writeFile(join(folder.path, 'big'), 'now small');

  const error = await failure(
    buildImage({
      engine,
      context,
      dockerfile: await loadDockerfile(join(folder.path, 'Dockerfile')),
      args: {},
      labels: {},
      tag: `localhost/seatrial/d-changed:${RUN}`,
      signal: AbortSignal.timeout(60_000),
      listener: { onVertex: () => {}, onOutput: () => {} },
    }),
  );

  expect(error.code).toBe('BUILD_CONTEXT_CHANGED');
  expect(error.message).toContain('big went from 50000000 to 9 bytes');
});

test('a large context reaches the engine without being held in memory', async () => {
  await using folder = await contextFolder({ Dockerfile: `FROM ${BASE}\n`, big: '' });
  await truncate(join(folder.path, 'big'), 400 * MIB);
  const tag = `localhost/seatrial/d-large:${RUN}`;
  const at = (path: string): string =>
    JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
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
  tags.push(tag);
  expect(Number(result.stdout)).toBeLessThan(100 * MIB);
});
