import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planSteps } from './steps.ts';
import { performTest } from './test-step.ts';
import { imageOf } from './project-image.ts';
import { openPipelineBench, uniqueImage, type PipelineBench } from './testing/pipeline-bench.ts';

const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
CMD ["/bin/true"]
`;

async function configure(bench: PipelineBench, settings: string): Promise<void> {
  await bench.write('seatrial.yaml', `images:\n  ${uniqueImage(bench)}:\n${settings}`);
}

function resultOf(run: Awaited<ReturnType<PipelineBench['run']>>, kind: string) {
  return [...run.results].find(([step]) => step.startsWith(kind))?.[1];
}

test('a hook runs once, and again when its input changes or what it made is touched', async () => {
  await using bench = await openPipelineBench({
    Dockerfile: `${DOCKERFILE}COPY made /made\n`,
    in: '1',
  });
  await configure(
    bench,
    `    suites: { behaviour: false }
    hooks:
      pre_build: { run: 'echo once >> log; cp in made', inputs: [in], creates: [made] }
`,
  );
  const timesRun = async (): Promise<number> =>
    (await readFile(join(bench.folder, 'log'), 'utf8')).split('\n').length - 1;
  await bench.write('.dockerignore', 'log\n.seatrial\n');

  const first = await bench.run('build');
  const again = await bench.run('build');
  const afterTwo = await timesRun();
  await bench.write('in', '2');
  const changed = await bench.run('build');
  await rm(join(bench.folder, 'made'));
  const removed = await bench.run('build');

  expect(first.outcome).toBe('passed');
  expect(resultOf(again, 'build')).toMatchObject({ outcome: 'cached' });
  expect(afterTwo).toBe(1);
  expect(changed.events).toContainEqual(
    expect.objectContaining({ type: 'step.started', why: 'hook pre_build: input:in changed' }),
  );
  expect(removed.events).toContainEqual(
    expect.objectContaining({ type: 'step.started', why: 'hook pre_build: made was removed' }),
  );
  expect(await timesRun()).toBe(3);
});

test('a hook that fails is HOOK_FAILED with its last lines, and nothing is built', async () => {
  await using bench = await openPipelineBench({ Dockerfile: DOCKERFILE });
  await configure(bench, `    hooks: { pre_build: 'echo the reason; exit 7' }\n`);

  const run = await bench.run('test');

  expect(run).toMatchObject({ outcome: 'failed', exitCode: 1 });
  expect(resultOf(run, 'build')?.error).toMatchObject({ code: 'HOOK_FAILED' });
  expect(resultOf(run, 'build')?.error?.message).toMatch(/exit code 7.*the reason/su);
  expect(resultOf(run, 'test')).toMatchObject({ outcome: 'skipped' });
});

test('a hook that does not make what it declares is HOOK_CREATED_NOTHING', async () => {
  await using bench = await openPipelineBench({ Dockerfile: DOCKERFILE });
  await configure(bench, `    hooks: { pre_build: { run: 'true', creates: [absent] } }\n`);

  const run = await bench.run('build');

  expect(resultOf(run, 'build')?.error).toMatchObject({ code: 'HOOK_CREATED_NOTHING' });
});

test('what may not be done is refused: NOT_BUILT, then NOT_TESTED, then GATE_CLOSED without a suite', async () => {
  await using bench = await openPipelineBench({
    Dockerfile: DOCKERFILE,
    'test/x.sh': '#!/bin/sh\ntrue\n',
  });
  const ship = `    ship: { repository: '127.0.0.1:1/x' }\n`;
  await configure(bench, `    suites: { behaviour: false, script: test/x.sh }\n${ship}`);
  const mayWork = new Set(['ship'] as const);

  const early = await bench.run('ship', { mayWork });
  await bench.run('build');
  const untested = await bench.run('ship', { mayWork });

  expect(resultOf(early, 'build')?.error).toMatchObject({ code: 'NOT_BUILT' });
  expect(early.exitCode).toBe(1);
  expect(resultOf(untested, 'test')?.error).toMatchObject({ code: 'NOT_TESTED' });
  expect(resultOf(untested, 'ship')).toMatchObject({ outcome: 'skipped' });
});

test('a suite whose every case is skipped is not green', async () => {
  await using bench = await openPipelineBench({
    Dockerfile: 'FROM scratch\nCOPY busybox /busybox\n',
  });
  await configure(bench, '    suites: { behaviour: {} }\n');

  const run = await bench.run('test');

  expect(run).toMatchObject({ outcome: 'failed', exitCode: 1 });
  expect(resultOf(run, 'test')?.reason).toMatch(/skipped/u);
});

test('an image that went away between build and test is IMAGE_VANISHED, and no verdict', async () => {
  await using bench = await openPipelineBench({ Dockerfile: DOCKERFILE });
  await configure(bench, '    suites: {}\n');
  const context = await bench.context();
  const step = planSteps(context.project, { goal: 'test', enginePlatform: 'linux/amd64' })[1];
  if (step === undefined) throw new Error('the plan has a test');

  const testing = performTest(step, context, {
    imageId: `sha256:${'0'.repeat(64)}`,
    imageRef: 'gone',
  });

  await expect(testing).rejects.toMatchObject({ code: 'IMAGE_VANISHED', exitCode: 3 });
});

test('a step of no image is a bug: STEP_UNKNOWN', async () => {
  await using bench = await openPipelineBench({ Dockerfile: DOCKERFILE });
  await configure(bench, '    suites: {}\n');
  const { project } = await bench.context();
  const step = { id: 'build:x', kind: 'build', image: 'x', platform: '', needs: [] } as const;

  expect(() => imageOf({ ...step, needs: [] }, project)).toThrow(
    expect.objectContaining({ code: 'STEP_UNKNOWN', exitCode: 70 }),
  );
});

test('an abort cancels what runs, and the run says so', async () => {
  await using bench = await openPipelineBench({
    Dockerfile: DOCKERFILE,
    'test/slow.sh': '#!/bin/sh\necho begun\nsleep 60\n',
  });
  await configure(bench, '    suites: { behaviour: false, script: test/slow.sh }\n');
  const stop = new AbortController();

  const run = await bench.run('test', {
    signal: stop.signal,
    emit: (event) => {
      if (event.type === 'step.output' && event.text.includes('begun')) stop.abort();
    },
  });

  expect(run).toMatchObject({ outcome: 'cancelled', exitCode: 4 });
});
