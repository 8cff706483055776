import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { connectEngine } from '../../src/engine/connect.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { runProcess } from '../../src/host/process.ts';
import { runSeatrial } from './command-line.ts';
import { createSampleProject, runsOf } from './sample-project.ts';

test('ci builds, tests and ships; again it does nothing and says why; the pull is the tested image', async () => {
  await using project = await createSampleProject();
  const place = project.place();

  const first = await runSeatrial(['ci'], place);
  const tags = await project.tags();
  const events = join(
    project.folder,
    '.seatrial',
    'runs',
    (await runsOf(project.folder))[0] ?? '',
    'events.jsonl',
  );
  const again = await runSeatrial(['ci'], place);

  expect(first.exitCode, first.stdout + first.stderr).toBe(0);
  expect(Object.keys(tags).sort()).toEqual(['sample/app:7', 'sample/app:latest']);
  expect(new Set(Object.values(tags)).size).toBe(1);
  expect(again.exitCode).toBe(0);
  expect(again.stdout).toContain('Nothing changed');
  expect(again.stdout).toContain('same inputs, image is there');
  expect(again.stdout).toMatch(/passed \d{4}-\d\d-\d\d \d\d:\d\d UTC in run/u);
  expect(again.stdout).toContain('already at');
  expect(await project.tags()).toEqual(tags);

  const imageId = [
    ...(await readFile(events, 'utf8')).matchAll(
      /"step":"ship:app".*"imageId":"(sha256:[0-9a-f]+)"/gu,
    ),
  ].at(-1)?.[1];
  const engine = await connectEngine({ env: processEnvironment() });
  const ref = `${project.registry.host}/sample/app@${Object.values(tags)[0]}`;
  const pulled = await runProcess('docker', ['pull', '--quiet', ref], {
    env: processEnvironment(),
  });
  expect(pulled.exitCode, pulled.output).toBe(0);
  expect((await engine.images.inspect(ref))?.id).toBe(imageId);
  await engine.images.remove(ref);
});

test('a pull request of a fork builds and tests and never ships', async () => {
  await using project = await createSampleProject();

  const run = await runSeatrial(
    ['ci'],
    project.place({ CIRCLECI: 'true', CIRCLE_BRANCH: 'pull/3', CIRCLE_PR_REPONAME: 'fork' }),
  );

  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  expect(run.stdout).toContain('skipped: builds of forks never ship');
  expect(await project.tags()).toEqual({});
});

test('deploy alone is refused before the tests passed, and moves nothing twice after', async () => {
  await using project = await createSampleProject();
  const place = project.place();

  const early = await runSeatrial(['deploy'], place);
  const tested = await runSeatrial(['test'], place);
  const deployed = await runSeatrial(['deploy'], place);
  const again = await runSeatrial(['deploy'], place);

  expect(early.exitCode).toBe(1);
  expect(early.stdout).toContain('base has not been built: first time');
  expect(early.stdout).toContain(
    'Run `seatrial ci`, or `seatrial build` and `seatrial test`, first.',
  );
  expect(tested.exitCode, tested.stdout).toBe(0);
  expect(deployed.exitCode, deployed.stdout).toBe(0);
  expect(again.stdout).toContain('already at');
  expect(Object.keys(await project.tags()).sort()).toEqual(['sample/app:7', 'sample/app:latest']);
});

test('a change is named: plan says which input changed and what follows from it', async () => {
  await using project = await createSampleProject();
  const place = project.place();
  await runSeatrial(['ci'], place);

  const unchanged = await runSeatrial(['plan'], place);
  await project.write('app/server.sh', `${await project.read('app/server.sh')}# changed\n`);
  const changed = await runSeatrial(['plan'], place);
  const asJson = await runSeatrial(['plan', '--format', 'json'], place);
  const diagram = await runSeatrial(['plan', '--format', 'mermaid'], place);

  expect(unchanged.stdout).toContain('Nothing to do');
  expect(changed.stdout).toContain('context:server.sh changed');
  expect(changed.stdout).toMatch(/done +build:base/u);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ schema: 'seatrial.plan/1' });
  expect(diagram.stdout).toContain('flowchart LR');
});

test('two runs in one folder and two in different folders all end right', async () => {
  await using one = await createSampleProject();
  await using two = await createSampleProject();

  const runs = await Promise.all(
    [one, one, two].map(async (project) => await runSeatrial(['ci'], project.place())),
  );

  for (const run of runs) expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  for (const project of [one, two])
    expect(new Set(Object.values(await project.tags())).size).toBe(1);
});

test('times are kept, and compared', async () => {
  await using project = await createSampleProject();
  const place = project.place();
  await runSeatrial(['test'], place);
  await runSeatrial(['test', '--no-cache'], place);

  const times = await runSeatrial(['times', '--format', 'json'], place);
  const [first, second] = await runsOf(project.folder);
  const compared = await runSeatrial(['times', '--compare', first ?? '', second ?? ''], place);

  expect(JSON.parse(times.stdout)).toMatchObject({ schema: 'seatrial.times/1' });
  expect(compared.exitCode, compared.stderr).toBe(0);
  expect(compared.stdout).toContain('build');
});
