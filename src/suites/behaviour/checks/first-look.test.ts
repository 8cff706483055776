import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../engine/errors.ts';
import { findInLog } from '../log-seen.ts';
import type { Process } from '../processes.ts';
import type { FirstStart } from '../runs.ts';
import type { ListeningSocket } from '../sockets-seen.ts';
import { createSubject } from '../testing/subject.ts';
import type { Written } from '../writes-seen.ts';
import { judgeLog } from './logs.ts';
import { judgeListeners, unexposedListeners } from './unexposed-listeners.ts';

const app = createSubject({ config: { exposedPorts: ['80/tcp', '53/udp'] } });

function socket(address: string, port: number): ListeningSocket {
  return { protocol: 'tcp', address, port, isLoopback: address.startsWith('127.') };
}

function process(pid: number, argv: string): Process {
  return { pid, parentPid: 0, uid: 0, caught: '', ignored: '', argv };
}

function written(paths: readonly string[], sizeBytes = 10): Written {
  return {
    paths: paths.map((path) => ({ path, kind: 'added', sizeBytes })),
    byState: [],
    isVolumeUnused: false,
  };
}

function unseen(error: Error): FirstStart {
  return {
    outcome: { state: 'ready', durationMs: 1, because: 'it stays up' },
    classification: { imageClass: 'service', because: 'it stays up' },
    sockets: async () => {
      throw error;
    },
    processes: async () => [],
  };
}

describe('unexposed-listeners', () => {
  it.each([
    ['what is EXPOSEd', [socket('0.0.0.0', 80)]],
    ['what only the container reaches', [socket('0.0.0.0', 80), socket('127.0.0.1', 9000)]],
    ['UDP', [{ ...socket('0.0.0.0', 5353), protocol: 'udp' as const }]],
    ['nothing', []],
  ])('passes %s', (_, sockets) => {
    expect(judgeListeners(sockets, [], app).verdict).toBe('pass');
  });

  it('passes what the kernel gave a number, and names it', () => {
    const result = judgeListeners([socket('0.0.0.0', 80), socket('::', 41_234)], [], app);

    expect(result.verdict).toBe('pass');
    expect(result.message).toContain('41234');
  });

  it('passes a port that its owner names', () => {
    const own = createSubject({ profile: { ready: { port: 9000 } } });

    expect(judgeListeners([socket('0.0.0.0', 9000)], [], own).verdict).toBe('pass');
  });

  it('warns of the others once each, with the only program that can have opened them', () => {
    const sockets = [socket('0.0.0.0', 9100), socket('::', 9100), socket('0.0.0.0', 9000)];
    const processes = [process(1, '/bin/sh /start.sh'), process(7, '/app --key hunter2')];

    const result = judgeListeners(sockets, processes, app);

    expect(result).toMatchObject({ verdict: 'warn' });
    expect(result.message).toContain('Port 9000 and 9100 can be reached by others');
    expect(result.message).toContain('(opened by `/app`)');
    expect(JSON.stringify(result)).toContain('EXPOSE 9000 9100');
  });

  it('names no program where several run', () => {
    const result = judgeListeners(
      [socket('0.0.0.0', 9000)],
      [process(1, '/app'), process(2, '/other')],
      app,
    );

    expect(result.message).not.toContain('opened by');
  });

  it('is skipped where nobody can look, and lost when the engine fails', async () => {
    const blind = await unexposedListeners.run(
      unseen(new EngineError('ENGINE_NO_PROBE', 'The sockets cannot be read')),
      app,
    );
    const judging = unexposedListeners.run(unseen(new EngineError('ENGINE_GONE', 'gone')), app);

    expect(blind).toMatchObject({ verdict: 'skip', reason: 'The sockets cannot be read' });
    await expect(judging).rejects.toMatchObject({ code: 'ENGINE_GONE' });
  });
});

describe('what is found in a log', () => {
  it.each([
    ['Exception in thread "main" java.lang.IllegalStateException: x', 'Java'],
    ['\tat org.app.Main.run(Main.java:12)', 'Java'],
    ['2026-01-01 ERROR Traceback (most recent call last):', 'Python'],
    ['goroutine 1 [running]:', 'Go'],
    ['    at Object.<anonymous> (/app/index.js:3:9)', 'Node.js'],
    ['    at node:internal/main/run_main_module:28:49', 'Node.js'],
    ['mkdir: /data: Permission denied', '`permission denied`'],
    ['(node:1) [DEP0005] DeprecationWarning: Buffer() is deprecated', '`deprecated`'],
  ])('%j is found', (line, what) => {
    const [finding, ...more] = findInLog(`starting\n${line}\nready\n`, app);

    expect(finding?.what).toContain(what);
    expect(more).toEqual([]);
  });

  it.each([
    'WARNING: running with defaults',
    'error log is /dev/stderr, 0 errors',
    'meeting at noon (see notes.md)',
    '0 deprecated settings, no deprecated flags',
    'panic threshold set to 5',
    'at 10:00:00 (local:10:00)',
  ])('%j is not', (line) => {
    expect(findInLog(line, app)).toEqual([]);
  });

  it('takes no long time over a long line', () => {
    const startedMs = performance.now();

    findInLog(`${' at a.'.repeat(200_000)}\npermission denied`, app);

    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});

describe('logs', () => {
  it('passes an empty log with a word on it, and one without anything to worry about', () => {
    expect(judgeLog('', written([]), app)).toMatchObject({ verdict: 'pass' });
    expect(judgeLog('', written([]), app).message).toContain('empty');
    expect(judgeLog('ready\n', written([]), app).verdict).toBe('pass');
  });

  it('warns of a log that goes to a file, with the link that helps', () => {
    const result = judgeLog('', written(['/var/log/app/access.log']), app);

    expect(result).toMatchObject({ verdict: 'warn' });
    expect(JSON.stringify(result)).toContain('ln -sf /dev/stdout /var/log/app/access.log');
  });

  it.each([
    ['an empty file', written(['/var/log/app.log'], 0), app],
    ['what is no log of it', written(['/var/log/lastlog', '/var/log/apt/history.log']), app],
    ['a file elsewhere', written(['/data/app.log']), app],
    [
      'what its owner allows',
      written(['/var/log/app.log']),
      createSubject({ mayWrite: ['/var/log'] }),
    ],
  ])('passes %s', (_, found, subject) => {
    expect(judgeLog('', found, subject).verdict).toBe('pass');
  });

  it('repeats no secret of a line that it shows', () => {
    const subject = createSubject({
      config: { env: ['DB_PASSWORD=from-the-image'] },
      profile: { run: { env: { API_TOKEN: 'from-the-profile' } } },
    });
    const log = [
      'permission denied for from-the-image and from-the-profile',
      'deprecated: postgres://me:in-a-url@db and password=made-up',
    ].join('\n');

    const result = judgeLog(log, written([]), subject);

    const told = JSON.stringify(result);
    expect(result.verdict).toBe('warn');
    expect(told).toContain('permission denied for *** and ***');
    expect(told).toContain('postgres://me:***@db and password=***');
    expect(told).not.toMatch(/from-the|in-a-url|made-up/u);
  });
});
