import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  isProcessAlive,
  livenessOf,
  parseOwner,
  renderOwner,
  startTicksOf,
  whereabouts,
} from './owner.ts';

const here = whereabouts();

test('an owner survives being a label', () => {
  expect(parseOwner(renderOwner(here.owner))).toEqual(here.owner);
});

test.each(['', 'x', '1/2/3', 'a/b/-1/4', 'a/b/0/4', 'a/b/c/d', 'a/b/1/2/3'])(
  '%j is no owner',
  (text) => {
    expect(parseOwner(text)).toBeUndefined();
  },
);

test('this process is alive', () => {
  expect(livenessOf(here.owner, here.hostId, here)).toBe('alive');
});

test('a process id that another process has now is a dead owner', () => {
  expect(livenessOf({ ...here.owner, startTicks: '1' }, here.hostId, here)).toBe('dead');
});

test('an owner of an earlier boot is dead, one elsewhere is unknown', () => {
  const { owner, hostId } = here;

  expect(livenessOf({ ...owner, bootId: 'earlier' }, hostId, here)).toBe('dead');
  expect(livenessOf({ ...owner, pidNamespace: '1' }, hostId, here)).toBe('unknown');
  expect(livenessOf({ ...owner, bootId: 'earlier' }, 'another', here)).toBe('unknown');
});

test('a process that has ended is not alive, with and without a start time', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  const startTicks = startTicksOf(pid) ?? '';
  const before = [isProcessAlive({ pid, startTicks }), isProcessAlive({ pid, startTicks: '0' })];

  child.kill('SIGKILL');
  await once(child, 'exit');

  const after = [isProcessAlive({ pid, startTicks }), isProcessAlive({ pid, startTicks: '0' })];
  expect({ before, after }).toEqual({ before: [true, true], after: [false, false] });
});
