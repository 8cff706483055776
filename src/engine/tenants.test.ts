import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startTicksOf } from './owner.ts';
import { killTenants, WATCHDOG_VARIABLE } from './tenants.ts';

const FOLDER = `/tmp/seatrial-test-tenants-${String(process.pid)}/a.b.c`;

async function start(env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn('sleep', ['60'], { env: { PATH: '/usr/bin:/bin', ...env }, detached: true });
  await once(child, 'spawn');
  return child;
}

test('processes with a variable that leads into a folder of a dead run are killed, no others', async () => {
  const inside = await start({ TMPDIR: `${FOLDER}/tmp` });
  const beside = await start({ TMPDIR: `${FOLDER}d` });
  const ended = once(inside, 'exit');

  await killTenants([FOLDER]);

  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(startTicksOf(beside.pid ?? 0)).toBeDefined();
  beside.kill('SIGKILL');
});

test('a watchdog that a program of the run started is left to its work', async () => {
  const watchdog = await start({ TMPDIR: FOLDER, [WATCHDOG_VARIABLE]: '1' });

  await killTenants([FOLDER]);

  expect(startTicksOf(watchdog.pid ?? 0)).toBeDefined();
  watchdog.kill('SIGKILL');
});

test('without a folder nobody is killed', async () => {
  const child = await start({});

  await killTenants([]);

  expect(startTicksOf(child.pid ?? 0)).toBeDefined();
  child.kill('SIGKILL');
});
