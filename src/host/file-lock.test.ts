import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dropDeadLocks, withFileLock } from './file-lock.ts';
import { identifyProcess, livenessOf, parseIdentity, renderIdentity } from './process-identity.ts';
import { runProcess } from './process.ts';
import { processEnvironment } from './environment.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-lock-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const { signal } = new AbortController();

test('a lock lets one in at a time and leaves no file behind', async () => {
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };

  await Promise.all(
    Array.from({ length: 12 }, () => withFileLock(join(folder, 'lock'), { signal }, work)),
  );

  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test('a lock of a dead process is taken over by exactly one', async () => {
  const dead = { ...identifyProcess(), pid: 2 ** 22 - 1, startedAtTicks: '1' };
  await writeFile(join(folder, 'lock'), `${renderIdentity(dead)} token`);
  const order: string[] = [];

  await Promise.all(
    ['a', 'b'].map((name) =>
      withFileLock(join(folder, 'lock'), { signal }, async () => {
        order.push(`${name} in`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} out`);
      }),
    ),
  );

  expect(order.map((each) => each.slice(2))).toEqual(['in', 'out', 'in', 'out']);
});

test('waiting for a live holder is told once and ends when the signal aborts', async () => {
  const waiter = new AbortController();
  const told: string[] = [];

  await withFileLock(join(folder, 'lock'), { signal }, async () => {
    const second = withFileLock(
      join(folder, 'lock'),
      {
        signal: waiter.signal,
        onWait: (holder) => {
          told.push(holder);
          waiter.abort(new Error('enough'));
        },
      },
      () => Promise.resolve('never'),
    );

    await expect(second).rejects.toThrow('enough');
  });

  expect(told).toEqual([`process ${process.pid}`]);
});

test('locks of dead processes can be dropped, those of others and what is no lock stay', async () => {
  const dead = { ...identifyProcess(), pid: 2 ** 22 - 1, startedAtTicks: '1' };
  await writeFile(join(folder, 'pack'), `${renderIdentity(dead)} token`);
  await writeFile(join(folder, 'pack.0123456789ab'), `${renderIdentity(dead)} token`);
  await writeFile(join(folder, 'hook'), `${renderIdentity(identifyProcess())} token`);
  await writeFile(join(folder, 'lease.json'), '{"token":1}');

  await dropDeadLocks(folder);

  expect((await readdir(folder)).sort()).toEqual(['hook', 'lease.json']);
  await expect(dropDeadLocks(join(folder, 'absent'))).resolves.toBeUndefined();
});

test('a draft that a killed process had no time to fill is dropped, one of a live process stays', async () => {
  const dead = { ...identifyProcess(), pid: 2 ** 22 - 1, startedAtTicks: '1' };
  const [ofDead, ofLive] = [dead, identifyProcess()].map((owner) => {
    const name = Buffer.from(renderIdentity(owner)).toString('base64url');
    return `pack.${name}.0123456789ab.draft`;
  });
  await writeFile(join(folder, ofDead ?? ''), '');
  await writeFile(join(folder, ofLive ?? ''), '');

  await dropDeadLocks(folder);

  expect(await readdir(folder)).toEqual([ofLive]);
});

test('an identity survives its text form, and a process that ended is dead', async () => {
  let pid = 0;
  const result = await runProcess('sleep', ['0'], {
    env: processEnvironment(),
    onStart: (group) => {
      pid = group;
    },
  });
  const identity = { ...identifyProcess(), pid };

  expect(result.exitCode).toBe(0);
  expect(parseIdentity(renderIdentity(identifyProcess()))).toEqual(identifyProcess());
  expect(livenessOf(identifyProcess())).toBe('alive');
  expect(livenessOf(identity)).toBe('dead');
  expect(livenessOf({ ...identifyProcess(), bootId: 'another' })).toBe('dead');
  expect(livenessOf({ ...identifyProcess(), pidNamespace: 'pid:[1]' })).toBe('unknown');
  expect(parseIdentity('nonsense')).toBeUndefined();
});
