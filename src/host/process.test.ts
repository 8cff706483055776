import { expect, test } from 'vitest';
import { processEnvironment } from './environment.ts';
import { identifyProcess } from './process-identity.ts';
import { runProcess } from './process.ts';

const env = processEnvironment();

test('a program that fails is a value with its exit code and output in order', async () => {
  const pieces: string[] = [];

  const result = await runProcess('sh', ['-c', 'echo out; echo err >&2; exit 7'], {
    env,
    onOutput: (text) => pieces.push(text),
  });

  expect(result).toMatchObject({ exitCode: 7, stdout: 'out\n', isTimedOut: false });
  expect(result.output).toBe('out\nerr\n');
  expect(pieces.join('')).toBe('out\nerr\n');
});

test('a program that is not there is exit code 127 with the reason', async () => {
  const result = await runProcess('no-such-program-at-all', [], { env });

  expect(result.exitCode).toBe(127);
  expect(result.startError).toContain('ENOENT');
});

test('a time-out ends the children of the program too', async () => {
  const result = await runProcess('sh', ['-c', 'sleep 60 & echo $!; wait'], {
    env,
    timeoutMs: 200,
  });

  const child = Number(result.stdout.trim());
  expect(result.isTimedOut).toBe(true);
  expect(result.exitCode).toBe(143);
  await expect.poll(() => isRunning(child)).toBe(false);
});

test('what a program leaves running in its group ends with it', async () => {
  const result = await runProcess('sh', ['-c', 'sleep 60 >/dev/null 2>&1 & echo $!'], { env });

  const child = Number(result.stdout.trim());
  expect(result.exitCode).toBe(0);
  await expect.poll(() => isRunning(child)).toBe(false);
});

test('a process that the program leaves behind does not hold up its end', async () => {
  const inGroup = await runProcess('sh', ['-c', 'sleep 60 & echo $!'], { env, timeoutMs: 30_000 });
  const escaped = await runProcess('sh', ['-c', 'setsid sleep 60 & echo $!; sleep 0.2'], {
    env,
    timeoutMs: 30_000,
  });

  process.kill(Number(escaped.stdout.trim()), 'SIGKILL');
  expect(inGroup).toMatchObject({ exitCode: 0, isTimedOut: false });
  expect(escaped).toMatchObject({ exitCode: 0, isTimedOut: false });
  await expect.poll(() => isRunning(Number(inGroup.stdout.trim()))).toBe(false);
});

test('of much output the last bytes are kept, and the program is not disturbed', async () => {
  let seenBytes = 0;

  const result = await runProcess('sh', ['-c', 'yes | head -c 3000000; echo end; exit 3'], {
    env,
    maxOutputBytes: 1000,
    onOutput: (text) => {
      seenBytes += text.length;
    },
  });

  expect(result.exitCode).toBe(3);
  expect(result.output).toHaveLength(1000);
  expect(result.output.endsWith('y\nend\n')).toBe(true);
  expect(result.stdout).toBe(result.output);
  expect(seenBytes).toBe(3_000_004);
});

test('an abort is told apart from a failure', async () => {
  const stop = new AbortController();

  const result = await runProcess('sleep', ['60'], {
    env,
    signal: stop.signal,
    onStart: () => stop.abort(),
  });

  expect(result.isCancelled).toBe(true);
});

test('the child sees the given environment and nothing else', async () => {
  const result = await runProcess('/usr/bin/env', [], { env: { ONLY: 'this' } });

  expect(result.stdout).toBe('ONLY=this\n');
});

/** A zombie has ended too: who reaps it is not our matter. */
function isRunning(pid: number): boolean {
  return !['', 'ended'].includes(identifyProcess(pid).startedAtTicks);
}
