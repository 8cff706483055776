import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isSoak } from '../host/testing/soak.ts';
import { startOwnEngine } from '../engine/testing/own-engine.ts';
import { openSmallDisk } from '../host/testing/small-disk.ts';
import { startFaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { openPipelineBench, uniqueImage, type PipelineBench } from './testing/pipeline-bench.ts';

const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
`;

async function configure(bench: PipelineBench, settings: string): Promise<void> {
  await bench.write('seatrial.yaml', `images:\n  ${uniqueImage(bench)}:\n${settings}`);
}

function resultOf(run: Awaited<ReturnType<PipelineBench['run']>>, kind: string) {
  return [...run.results].find(([step]) => step.startsWith(kind))?.[1];
}

test('an engine that is killed in a RUN step and comes back: the build is tried once more', async () => {
  await using engine = await startOwnEngine();
  await using bench = await openPipelineBench(
    { Dockerfile: `${DOCKERFILE}RUN echo begun; sleep 3\n` },
    { DOCKER_HOST: engine.host },
  );
  await configure(bench, '    suites: { behaviour: false }\n');
  const notices: string[] = [];
  let death: Promise<void> | undefined;

  const run = await bench.run('build', {
    emit: (event) => {
      if (event.type === 'notice') notices.push(event.message);
      if (event.type !== 'step.output' || !event.text.includes('begun')) return;
      death ??= engine.kill().then(async () => await engine.start());
    },
  });
  await death;

  expect(resultOf(run, 'build')).toMatchObject({ outcome: 'passed' });
  expect(notices.join('\n')).toContain('once more');
});

test.runIf(isSoak)(
  'an engine that is killed in a test: the verdict is lost, nothing ships, and the next run passes',
  async () => {
    await using engine = await startOwnEngine();
    await using registry = await startFaultyRegistry();
    await using bench = await openPipelineBench(
      { Dockerfile: `${DOCKERFILE}CMD ["/bin/sleep", "1000"]\nSTOPSIGNAL SIGKILL\n` },
      { DOCKER_HOST: engine.host },
    );
    const ship = `    ship: { repository: '${registry.host}/app', tags: [latest] }\n`;
    await configure(bench, `    suites: { behaviour: { only: [starts] } }\n${ship}`);
    let death: Promise<void> | undefined;

    const run = await bench.run('ship', {
      emit: (event) => {
        if (event.type === 'case.started') death ??= engine.kill();
      },
    });
    await death;
    await engine.start();
    const again = await bench.run('test');

    expect(death).toBeDefined();
    expect(run.outcome).not.toBe('passed');
    expect(resultOf(run, 'test')?.outcome).not.toBe('passed');
    expect(resultOf(run, 'ship')).toMatchObject({ outcome: 'skipped' });
    expect(registry.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(resultOf(again, 'test')).toMatchObject({ outcome: 'passed' });
  },
);

test('an engine whose disk is full: the environment is blamed, and once is enough', async () => {
  await using disk = await openSmallDisk({ sizeBytes: 64 * 1024 ** 2 });
  await using engine = await startOwnEngine({ dataFolder: join(disk.path, 'data') });
  await using bench = await openPipelineBench(
    { Dockerfile: `${DOCKERFILE}RUN dd if=/dev/zero of=/large bs=1M count=100\n` },
    { DOCKER_HOST: engine.host },
  );
  await configure(bench, '    suites: { behaviour: false }\n');

  const run = await bench.run('build');

  expect(resultOf(run, 'build')?.error).toMatchObject({ code: 'BUILD_DISK_FULL' });
  expect(run.exitCode).toBe(3);
});
