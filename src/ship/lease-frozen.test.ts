import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { withLease } from './lease.ts';

const REPOSITORY = '127.0.0.1:5000/app';
const HOLDER = fileURLToPath(new URL('./fixtures/lease-holder.ts', import.meta.url));

let stateFolder: string;
let holder: ChildProcessWithoutNullStreams;
let output: AsyncIterator<unknown>;

beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'seatrial-lease-'));
  holder = spawn(process.execPath, [HOLDER, stateFolder, REPOSITORY]);
  output = holder.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
  const first = await output.next();
  if (first.value !== 'holds 1\n') throw new Error(`the holder says ${String(first.value)}`);
});

afterEach(async () => {
  holder.kill('SIGKILL');
  await rm(stateFolder, { recursive: true, force: true });
});

async function takeOver(lifetimeMs: number): Promise<number> {
  return await withLease(
    {
      stateFolder,
      repository: REPOSITORY,
      clock: systemClock,
      signal: AbortSignal.timeout(20_000),
      lifetimeMs,
    },
    ({ token }) => Promise.resolve(token),
  );
}

test('a process that was frozen longer than its lease may not write when it wakes up', async () => {
  holder.kill('SIGSTOP');
  const token = await takeOver(400);
  holder.kill('SIGCONT');
  holder.stdin.write('\n');

  expect(token).toBe(2);
  expect(await output.next()).toMatchObject({ value: 'LEASE_LOST\n' });
});

test('the lease of a process that was killed is free at once, however long it would have lived', async () => {
  holder.kill('SIGKILL');

  expect(await takeOver(3_600_000)).toBe(2);
});

test('a process that lives keeps its lease', async () => {
  const waiting = takeOver(1500);
  holder.stdin.write('\n');

  expect(await output.next()).toMatchObject({ value: 'may write\n' });
  expect(await waiting).toBe(2);
});
