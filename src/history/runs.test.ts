import { mkdir, mkdtempDisposable, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { processEnvironment } from '../host/environment.ts';
import { runProcess } from '../host/process.ts';
import { openEventLog } from './event-log.ts';
import { latestRun, listRuns, pruneRuns } from './runs.ts';

const started = {
  type: 'run.started',
  runId: 'r',
  command: 'ci',
  version: '0.1.0',
  project: 'dynamodb',
  pid: 1,
  provider: 'local',
  commit: 'abc',
} as const;
const finished = { type: 'run.finished', outcome: 'failed', exitCode: 1, durationMs: 42 } as const;

async function project(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-runs-'));
  return { path: folder.path, [Symbol.asyncDispose]: async () => await folder.remove() };
}

function idOf(number: number): string {
  return `20261124-101530-${number.toString(16).padStart(4, '0')}`;
}

async function finishedRun(folder: string, number: number, noise = 0): Promise<void> {
  await using log = openEventLog({
    folder: join(folder, 'runs', idOf(number)),
    clock: systemClock,
  });
  log.emit(started);
  for (let i = 0; i < noise; i += 1) {
    log.emit({ type: 'step.output', step: 'build:a', source: 'RUN', text: 'x'.repeat(1000) });
  }
  log.emit(finished);
}

test('a finished run is listed with its command, outcome and time, however long its log is', async () => {
  await using folder = await project();
  await finishedRun(folder.path, 1);
  await finishedRun(folder.path, 2, 500);

  const runs = await listRuns({ folder: folder.path, clock: systemClock });

  expect(runs.map(({ id }) => id)).toEqual([idOf(2), idOf(1)]);
  for (const run of runs) {
    expect(run).toMatchObject({
      state: 'failed',
      command: 'ci',
      commit: 'abc',
      provider: 'local',
      durationMs: 42,
      exitCode: 1,
    });
  }
});

test('a project without runs has no latest run', async () => {
  await using folder = await project();

  expect(await latestRun({ folder: folder.path, clock: systemClock })).toBeUndefined();
  expect(await listRuns({ folder: join(folder.path, 'none'), clock: systemClock })).toEqual([]);
});

test('a run whose process lives is running', async () => {
  await using folder = await project();
  await using log = openEventLog({
    folder: join(folder.path, 'runs', idOf(1)),
    clock: systemClock,
  });
  log.emit(started);

  const run = await latestRun({ folder: folder.path, clock: systemClock });

  expect(run?.state).toBe('running');
});

test('a run whose process was killed has died', async () => {
  await using folder = await project();
  const program = `
    import { openEventLog } from ${JSON.stringify(import.meta.resolve('./event-log.ts'))};
    import { systemClock } from ${JSON.stringify(import.meta.resolve('../host/clock.ts'))};
    const folder = ${JSON.stringify(join(folder.path, 'runs', idOf(1)))};
    openEventLog({ folder, clock: systemClock }).emit(${JSON.stringify(started)});
    setImmediate(() => process.kill(process.pid, 'SIGKILL'));`;

  await runProcess(process.execPath, ['--input-type=module', '-e', program], {
    env: processEnvironment(),
  });

  const run = await latestRun({ folder: folder.path, clock: systemClock });
  expect(run).toMatchObject({ state: 'died', command: 'ci' });
});

test('a run that nobody owns is running while it is new, and has died when it is old', async () => {
  await using folder = await project();
  await mkdir(join(folder.path, 'runs', idOf(1)), { recursive: true });
  const later = { ...systemClock, now: () => new Date(Date.now() + 2 * 3_600_000) };

  const now = await latestRun({ folder: folder.path, clock: systemClock });
  const then = await latestRun({ folder: folder.path, clock: later });

  expect(now?.state).toBe('running');
  expect(then?.state).toBe('died');
});

test('pruning keeps the newest runs, those in use, and what is no run', async () => {
  await using folder = await project();
  await using oldButAlive = openEventLog({
    folder: join(folder.path, 'runs', idOf(0)),
    clock: systemClock,
  });
  oldButAlive.emit(started);
  for (let number = 1; number <= 5; number += 1) await finishedRun(folder.path, number);
  await writeFile(join(folder.path, 'runs', 'notes.txt'), 'mine');

  const removed = await pruneRuns({ folder: folder.path, clock: systemClock }, 2);

  expect(removed).toEqual([idOf(3), idOf(2), idOf(1)]);
  expect((await readdir(join(folder.path, 'runs'))).sort()).toEqual([
    idOf(0),
    idOf(4),
    idOf(5),
    'notes.txt',
  ]);
});

test('a run without its owner file and with a torn log is listed all the same', async () => {
  await using folder = await project();
  await finishedRun(folder.path, 1);
  await rm(join(folder.path, 'runs', idOf(1), 'owner'));
  await writeFile(
    join(folder.path, 'runs', idOf(1), 'events.jsonl'),
    '{"v":1,"seq":1,"type":"run.',
  );

  const [run] = await listRuns({ folder: folder.path, clock: systemClock });

  expect(run).toMatchObject({ id: idOf(1), state: 'running' });
  expect(run?.command).toBeUndefined();
});
