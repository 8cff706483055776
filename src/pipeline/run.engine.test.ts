import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Engine } from '../engine/contract.ts';
import { buildScratchImage } from '../engine/testing/scratch-image.ts';
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

test('a tag that somebody moved to another image is no result: the image is built again', async () => {
  await using bench = await openPipelineBench({
    Dockerfile: DOCKERFILE,
    'other/Dockerfile': 'FROM scratch\nCOPY busybox /other\n',
    'test/x.sh': '#!/bin/sh\ntrue\n',
  });
  await configure(bench, '    suites: { behaviour: false, script: test/x.sh }\n');
  const first = await bench.run('test');
  const { imageId, imageRef = '' } = resultOf(first, 'build') ?? {};
  const { engine } = await bench.context();
  await using other = await buildScratchImage(engine);
  await engine.images.tag(other.record.id, ...splitTag(imageRef));

  const again = await bench.run('test');

  expect(resultOf(again, 'build')).toMatchObject({ outcome: 'passed', imageId });
  expect(resultOf(again, 'test')).toMatchObject({ imageId });
  expect((await engine.images.inspect(imageRef))?.id).toBe(imageId);
});

/** The engine, with builds whose answer breaks off in the middle so many times. */
function breakingOff(engine: Engine, times: number): Engine {
  let left = times;
  const build: Engine['images']['build'] = async (context, options, signal) => {
    const answer = await engine.images.build(context, options, signal);
    if (left === 0) return answer;
    left -= 1;
    answer.destroy();
    return Readable.from([Buffer.from('{"id":"moby.buildkit.tr')]);
  };
  return { ...engine, images: { ...engine.images, build } };
}

test('a build whose engine broke off is tried once more when the engine is back', async () => {
  await using bench = await openPipelineBench({ Dockerfile: DOCKERFILE });
  await configure(bench, '    suites: { behaviour: false }\n');
  const { engine } = await bench.context();

  const run = await bench.run('build', { engine: breakingOff(engine, 1) });

  expect(resultOf(run, 'build')).toMatchObject({ outcome: 'passed' });
  const notices = run.events.flatMap((each) => (each.type === 'notice' ? [each.message] : []));
  expect(notices.join('\n')).toContain('once more');
});

test('a build whose engine breaks off twice is BUILD_INTERRUPTED, and nothing is tested or shipped', async () => {
  await using bench = await openPipelineBench({
    Dockerfile: DOCKERFILE,
    'test/x.sh': '#!/bin/sh\ntrue\n',
  });
  const ship = `    ship: { repository: '127.0.0.1:1/x' }\n`;
  await configure(bench, `    suites: { behaviour: false, script: test/x.sh }\n${ship}`);
  const { engine } = await bench.context();

  const run = await bench.run('ship', { engine: breakingOff(engine, 2) });

  expect(resultOf(run, 'build')?.error).toMatchObject({ code: 'BUILD_INTERRUPTED' });
  expect(resultOf(run, 'test')).toMatchObject({ outcome: 'skipped' });
  expect(resultOf(run, 'ship')).toMatchObject({ outcome: 'skipped' });
});

test('a script that prints without measure fills no journal, and its verdict is its exit code', async () => {
  await using bench = await openPipelineBench({
    Dockerfile: DOCKERFILE,
    'test/flood.sh': `#!/bin/sh
echo first
head -c 50000000 /dev/zero | tr '\\0' 'x' | fold -w 99
echo last
exit 3
`,
  });
  await configure(bench, '    suites: { behaviour: false, script: test/flood.sh }\n');

  const run = await bench.run('test');

  const printed = run.events.map((each) => (each.type === 'step.output' ? each.text : '')).join('');
  expect(run.outcome).toBe('failed');
  expect(printed.length).toBeLessThan(1.3 * 1024 ** 2);
  expect(printed).toContain('first');
  expect(printed).toMatch(/characters left out/u);
  expect(printed).toContain('last');
});

function splitTag(ref: string): [repository: string, tag: string] {
  const at = ref.lastIndexOf(':');
  return [ref.slice(0, at), ref.slice(at + 1)];
}

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
