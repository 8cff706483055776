import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { withLease, type LeaseOptions } from './lease.ts';

let stateFolder: string;
beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'seatrial-lease-'));
});
afterEach(async () => await rm(stateFolder, { recursive: true, force: true }));

function lease(options: Partial<LeaseOptions> = {}): LeaseOptions {
  return {
    stateFolder,
    repository: '127.0.0.1:5000/app',
    clock: systemClock,
    signal: AbortSignal.timeout(20_000),
    ...options,
  };
}

test('of many who want to write one repository each does alone, and each has a higher token', async () => {
  const tokens: number[] = [];
  let inside = 0;

  await Promise.all(
    Array.from({ length: 6 }, async () => {
      await withLease(lease(), async ({ token, assertHeld }) => {
        inside += 1;
        await assertHeld();
        expect(inside).toBe(1);
        tokens.push(token);
        inside -= 1;
      });
    }),
  );

  expect(tokens).toEqual([1, 2, 3, 4, 5, 6]);
});

test('two repositories do not wait for each other', async () => {
  const tokens = await withLease(
    lease(),
    async (one) =>
      await withLease(lease({ repository: '127.0.0.1:5000/other' }), (other) =>
        Promise.resolve([one.token, other.token]),
      ),
  );

  expect(tokens).toEqual([1, 1]);
});

test('whoever stood still for longer than the lifetime may write no more: LEASE_LOST', async () => {
  const waits: string[] = [];

  const frozen = withLease(lease(), async ({ assertHeld }) => {
    await assertHeld();
    // The holder of a lifetime of 60 s gives no sign of life while the other waits for one of 100 ms.
    await withLease(
      lease({ lifetimeMs: 100, onWait: (holder) => waits.push(holder) }),
      async (other) => {
        expect(other.token).toBe(2);
        await expect(assertHeld()).rejects.toMatchObject({ code: 'LEASE_LOST', exitCode: 3 });
        await other.assertHeld();
      },
    );
    await assertHeld();
  });

  await expect(frozen).rejects.toThrow(/127\.0\.0\.1:5000\/app.+token 1/u);
  expect(waits).toEqual([`process ${process.pid}`]);
});

test('a holder who gives signs of life keeps the lease however long it takes', async () => {
  const order: string[] = [];

  const first = withLease(lease({ lifetimeMs: 90 }), async ({ assertHeld }) => {
    order.push('first');
    await systemClock.sleep(800);
    await assertHeld();
    order.push('first again');
  });
  const second = withLease(lease({ lifetimeMs: 400 }), () => {
    order.push('second');
    return Promise.resolve();
  });
  await Promise.all([first, second]);

  expect(order.filter((name) => name !== 'second')).toEqual(['first', 'first again']);
  expect(order.indexOf('second')).not.toBe(1);
});

test('waiting ends with the signal', async () => {
  const stop = new AbortController();

  await withLease(lease(), async () => {
    const waiting = withLease(
      lease({ signal: stop.signal, onWait: () => stop.abort(new Error('told to end')) }),
      () => Promise.resolve(),
    );
    await expect(waiting).rejects.toThrow(/told to end|aborted/u);
  });
});

test('the lease of a process that died is taken over at once', async () => {
  await withLease(lease(), () => Promise.resolve());
  const [file = ''] = (await readdir(join(stateFolder, 'leases'))).filter((name) =>
    name.endsWith('.json'),
  );
  const path = join(stateFolder, 'leases', file);
  const free = await readFile(path, 'utf8');
  const dead = { process: 'another-boot/pid:[1]/4711/1', nonce: 'n' };
  await writeFile(path, free.replace('}', `,"holder":${JSON.stringify(dead)}}`));

  const token = await withLease(lease(), (held) => Promise.resolve(held.token));

  expect(token).toBe(2);
});

test('a record that cannot be read stops everything and names its file', async () => {
  await withLease(lease(), () => Promise.resolve());
  const [file = ''] = (await readdir(join(stateFolder, 'leases'))).filter((name) =>
    name.endsWith('.json'),
  );
  await writeFile(join(stateFolder, 'leases', file), '{"token":');

  const taking = withLease(lease(), () => Promise.resolve());

  await expect(taking).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await expect(taking).rejects.toThrow(file);
});
