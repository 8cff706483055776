import { describe, expect, it } from 'vitest';
import { processEnvironment } from './environment.ts';
import { runInForeground, type ForegroundEnd } from './foreground-process.ts';

const env = processEnvironment();

async function run(
  script: string,
  isTerminal: boolean,
  signal?: AbortSignal,
): Promise<ForegroundEnd & { groups: number }> {
  let groups = 0;
  const end = await runInForeground('sh', ['-c', script], {
    cwd: '/',
    env,
    signal: signal ?? new AbortController().signal,
    isTerminal,
    onGroup: () => {
      groups += 1;
    },
  });
  return { ...end, groups };
}

describe.each([
  ['on a terminal', true],
  ['elsewhere', false],
])('a program in the foreground %s', (_, isTerminal) => {
  it('passes its exit code on, and the number of a signal', async () => {
    expect(await run('exit 7', isTerminal)).toEqual({ exitCode: 7, groups: isTerminal ? 0 : 1 });
    expect(await run('kill -TERM $$', isTerminal)).toMatchObject({ exitCode: 143 });
  });

  it('is ended when it is cancelled', async () => {
    const end = await run('exec sleep 600', isTerminal, AbortSignal.timeout(50));

    expect(end.exitCode).toBe(143);
  });
});

describe('a program in the foreground', () => {
  it('that cannot be started says why', async () => {
    const end = await runInForeground('/no/such/program', [], {
      cwd: '/',
      env,
      signal: new AbortController().signal,
      onGroup: () => undefined,
    });

    expect(end.exitCode).toBe(127);
    expect(end.startError).toContain('ENOENT');
  });
});
