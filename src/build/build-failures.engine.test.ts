import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ContextFilter } from './context.ts';
import { openEngineBuilds, type EngineBuilds } from './testing/engine-builds.ts';

let builds: EngineBuilds;

beforeAll(async () => {
  builds = await openEngineBuilds();
});

afterAll(async () => {
  await builds[Symbol.asyncDispose]();
});

test('a failing RUN is shown with its line, exit code and last output only', async () => {
  const dockerfile = `FROM ${builds.base}\n\nRUN for i in $(seq 300); do echo "line $i"; done && \\\n    exit 3\n`;

  const error = await builds.failure({ Dockerfile: dockerfile });

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
  const dockerfile = `FROM ${builds.base} AS b\nRUN false || true\nFROM ${builds.base}\nCOPY --from=b /bin/sh /x\nRUN false\n`;

  const error = await builds.failure({ Dockerfile: dockerfile });

  expect(error.message).toContain('Dockerfile:5');
});

test('a here-document fails as itself, or with a hint on an engine that does not know it', async () => {
  const error = await builds.failure({
    Dockerfile: `FROM ${builds.base}\nRUN <<EOF\necho in\nexit 4\nEOF\n`,
  });

  const isKnown = Number(builds.engine.info.version.split('.')[0]) >= 23;
  expect(error.code).toBe(isKnown ? 'BUILD_STEP_FAILED' : 'BUILD_DOCKERFILE_INVALID');
  expect(error.message).toContain(isKnown ? 'Dockerfile:2' : 'Dockerfile:3');
  expect(error.hint.includes('here-document')).toBe(!isKnown);
});

test('a missing file of COPY is named, with what was probably meant', async () => {
  const error = await builds.failure({
    Dockerfile: `FROM ${builds.base}\nCOPY src/mian.c /\n`,
    'src/main.c': '',
  });

  expect(error.code).toBe('BUILD_COPY_MISSING');
  expect(error.message).toContain('the context has no src/mian.c; did you mean "src/main.c"?');
  expect(error.message).toContain('> 2 | COPY src/mian.c /');
});

test('a file of COPY that .dockerignore excludes is named as such', async () => {
  const filter: ContextFilter = {
    includes: (path) => path !== 'secret.txt',
    excludesWhole: () => false,
  };

  const error = await builds.failure(
    { Dockerfile: `FROM ${builds.base}\nCOPY secret.txt /\n`, 'secret.txt': 's' },
    { filter },
  );

  expect(error.code).toBe('BUILD_COPY_MISSING');
  expect(error.message).toContain('secret.txt exists, but .dockerignore excludes it');
  expect(error.hint).toContain('`!secret.txt`');
});

test('a path outside the context and one that a stage lacks are told apart', async () => {
  const outside = await builds.failure({ Dockerfile: `FROM ${builds.base}\nCOPY ../x /\n` });
  const stage = await builds.failure({
    Dockerfile: `FROM ${builds.base} AS b\nFROM ${builds.base}\nCOPY --from=b /nope /x\n`,
  });

  expect(outside.hint).toContain('Set `context`');
  expect(stage.code).toBe('BUILD_COPY_MISSING');
  expect(stage.message).toContain('the stage or image "b" has no /nope');
});

test('a base image that cannot be had is named, with its line', async () => {
  const error = await builds.failure({
    Dockerfile: `# a comment\nFROM registry.invalid/no/such:1\n`,
  });

  expect(error.code).toBe('BUILD_BASE_UNREACHABLE');
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain('registry.invalid/no/such:1');
  expect(error.message).toContain('Dockerfile:2');
});

test('a Dockerfile that makes no sense is shown at its line', async () => {
  const typo = await builds.failure({ Dockerfile: `FROM ${builds.base}\nRUNN x\n` });
  const empty = await builds.failure({ Dockerfile: '# nothing\n' });
  const target = await builds.failure(
    { Dockerfile: `FROM ${builds.base} AS build\n` },
    { target: 'biuld' },
  );

  expect(typo.code).toBe('BUILD_DOCKERFILE_INVALID');
  expect(typo.message).toContain('> 2 | RUNN x');
  expect(empty.code).toBe('BUILD_DOCKERFILE_INVALID');
  expect(target.code).toBe('BUILD_TARGET_UNKNOWN');
  expect(target.message).toContain('did you mean "build"?');
});

test('a download that fails is no fault of the Dockerfile', async () => {
  const error = await builds.failure({
    Dockerfile: `FROM ${builds.base}\nADD http://files.invalid/${builds.id} /x\n`,
  });

  expect(error.code).toBe('BUILD_DOWNLOAD_FAILED');
});

test('a full disk is the environment, not the image', async () => {
  const error = await builds.failure({
    Dockerfile: `FROM ${builds.base}\nRUN echo x > /dev/full\n`,
  });

  expect(error.code).toBe('BUILD_DISK_FULL');
  expect(error.exitCode).toBe(3);
});
