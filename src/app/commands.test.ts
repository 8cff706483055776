import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AppHost } from './app-host.ts';
import { checkReference } from './check-reference.ts';
import { initProject } from './init-project.ts';
import { readTimes } from './read-times.ts';
import { outputReports } from './request-reports.ts';
import { serveUntilInterrupted } from './serve-registry.ts';
import { createTestHost } from './testing/test-host.ts';

let folder: string;
let host: AppHost;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-app-'));
  host = createTestHost(folder);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('init writes a configuration and CI files, and refuses to overwrite: INIT_FILE_EXISTS', async () => {
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nEXPOSE 8080\n');

  const written = await initProject(host, { services: ['github', 'circleci'], isForced: false });
  const again = initProject(host, { isForced: false });

  expect(written).toEqual([
    'wrote seatrial.yaml',
    'wrote .github/workflows/ci.yml',
    'wrote .circleci/config.yml',
    'next: seatrial plan, then seatrial ci',
  ]);
  expect(await readFile(join(folder, 'seatrial.yaml'), 'utf8')).toContain('GET 8080/');
  expect(await readFile(join(folder, '.circleci/config.yml'), 'utf8')).toContain('npx seatrial ci');
  await expect(again).rejects.toMatchObject({ code: 'INIT_FILE_EXISTS', exitCode: 2 });
  await expect(initProject(host, { isForced: true })).resolves.toHaveLength(4);
});

test('a project with a `ci` target is called through it', async () => {
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\n');
  await writeFile(join(folder, 'Makefile'), 'ci:\n\tseatrial ci\n');

  await initProject(host, { services: ['github'], isForced: false });

  expect(await readFile(join(folder, '.github/workflows/ci.yml'), 'utf8')).toContain(
    'run: make ci',
  );
});

test.each<[string, (given: AppHost) => unknown, string]>([
  [
    'a report without a path',
    (given) => outputReports(given, { format: 'plain', report: ['junit'] }),
    'kind=path',
  ],
  [
    'a port that is none',
    (given) => serveUntilInterrupted(given, { folder: '.', port: '70000', host: '127.0.0.1' }),
    '70000',
  ],
  ['one set of runs', (given) => readTimes(given, { compare: ['a'], format: 'text' }), 'two sets'],
  [
    'a CI service without a file',
    (given) => initProject(given, { services: ['nope'], isForced: false }),
    'nope',
  ],
  [
    'an environment without a value',
    (given) => checkReference(given, { ref: 'x', command: [], env: ['A'], reports: [] }),
    'NAME=value',
  ],
  [
    'an unknown check',
    (given) =>
      checkReference(given, { ref: 'x', command: [], env: [], only: ['nope'], reports: [] }),
    'nope',
  ],
])('%s is OPTION_INVALID', async (_, command, message) => {
  const running = Promise.resolve().then(() => command(host));

  await expect(running).rejects.toMatchObject({ code: 'OPTION_INVALID', exitCode: 2 });
  await expect(running).rejects.toThrow(message);
});
