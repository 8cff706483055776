import { describe, expect, it } from 'vitest';
import type { Process } from '../processes.ts';
import type { ReplacementRun } from '../runs.ts';
import type { ListeningSocket } from '../sockets-seen.ts';
import { createSubject } from '../testing/subject.ts';
import { judgeIdentity } from './identity.ts';
import { judgeOverride } from './override-cmd.ts';
import { judgePorts } from './ports-listen.ts';
import { judgeReplacement } from './volumes-persist.ts';

function socket(address: string, port: number): ListeningSocket {
  const isLoopback = address.startsWith('127.') || address === '::1';
  return { protocol: 'tcp', address, port, isLoopback };
}

function process(pid: number, uid: number): Process {
  return { pid, parentPid: 0, uid, caught: '', ignored: '', argv: `/p${pid}` };
}

describe('ports-listen', () => {
  it('passes when every port can be reached, over IPv6 too', () => {
    const sockets = [socket('0.0.0.0', 80), socket('::', 443)];

    expect(judgePorts([80, 443], sockets).verdict).toBe('pass');
  });

  it('takes a port that is open on loopback and elsewhere for reachable', () => {
    const sockets = [socket('127.0.0.1', 80), socket('172.18.0.2', 80)];

    expect(judgePorts([80], sockets).verdict).toBe('pass');
  });

  it.each(['127.0.0.1', '::1'])('fails a port on %s alone with its own message', (address) => {
    const result = judgePorts([80], [socket(address, 80)]);

    expect(result).toMatchObject({ verdict: 'fail' });
    expect(result.message).toContain('loopback address only');
  });

  it('does not take a UDP socket for a TCP port', () => {
    const sockets: readonly ListeningSocket[] = [{ ...socket('0.0.0.0', 53), protocol: 'udp' }];

    expect(judgePorts([53], sockets).verdict).toBe('fail');
  });

  it('warns of closed ports beside an open one', () => {
    expect(judgePorts([80, 443], [socket('0.0.0.0', 80)]).verdict).toBe('warn');
  });
});

describe('identity', () => {
  it('passes another user than root', () => {
    expect(judgeIdentity([process(1, 999)], createSubject()).message).toBe('Runs as uid 999.');
  });

  it('warns of root, and tells when only the workers are not', () => {
    const result = judgeIdentity([process(1, 0), process(2, 101)], createSubject());

    expect(result.verdict).toBe('warn');
    expect(result.message).toContain('(other processes run as uid 101)');
  });

  it.each([
    ['', 'warn'],
    ['0:0', 'warn'],
    ['root', 'warn'],
    ['app', 'pass'],
    ['1000', 'pass'],
  ])('judges a container that has ended by its USER %j', (user, verdict) => {
    expect(judgeIdentity([], createSubject({ config: { user } })).verdict).toBe(verdict);
  });
});

describe('volumes-persist', () => {
  const state = { write: { exec: ['put'] }, read: { exec: ['get'], expect: 'kept' } };
  const subject = createSubject({ config: { volumes: ['/data'] }, profile: { state } });
  const met = { result: 'met', because: 'exit code 0', seen: 'kept' } as const;

  function replaced(written: readonly string[]): ReplacementRun {
    return {
      outcome: { state: 'ready', durationMs: 1, because: 'it stays up' },
      sentinels: [],
      exercise: { write: met, read: met },
      read: { result: 'unmet', because: 'the answer does not match `kept`', seen: 'nothing' },
      written: async () => ({
        paths: written.map((path) => ({ path, kind: 'added', sizeBytes: 1 })),
        byState: written,
        isVolumeUnused: false,
      }),
      wasStoppedInTime: true,
    };
  }

  it('does not take an unpacked library in /tmp for the data, when data is in memory alone', async () => {
    const result = await judgeReplacement(replaced(['/tmp/sqlite-1.so']), subject);

    expect(result.verdict).toBe('fail');
    const told = JSON.stringify(result);
    expect(told).toContain('only temporary files were written: /tmp/sqlite-1.so.');
    expect(told).toContain('Make the program keep its data under /data, on the disk');
    expect(told).not.toContain('VOLUME /tmp');
  });

  it('names where the data went, and nothing temporary beside it', async () => {
    const written = replaced(['/tmp/sqlite-1.so', '/var/lib/app/db']);

    const result = await judgeReplacement(written, subject);

    const told = JSON.stringify(result);
    expect(told).toContain('The data was written to /var/lib/app/db, outside the volumes');
    expect(told).toContain('VOLUME /var/lib/app');
    expect(told).not.toContain('/tmp');
  });
});

describe('override-cmd', () => {
  const asked = 'hello from sha256:1234';
  const ended = { state: 'ready', durationMs: 1, because: 'it ended' } as const;

  it('passes what printed the line among others', () => {
    expect(judgeOverride({ asked, outcome: ended, log: `setting up\n${asked}\n` }).verdict).toBe(
      'pass',
    );
  });

  it.each([
    ['printed something else', ended, 'done', 'it ended without printing the line'],
    ['printed what it was asked to run', ended, `echo ${asked}`, 'it ended without printing'],
    [
      'goes on',
      { state: 'timeout', durationMs: 1, because: 'x', log: '' } as const,
      asked,
      'it runs something else, and does not end',
    ],
    [
      'cannot be started',
      { state: 'refused', durationMs: 1, because: 'x' } as const,
      '',
      'it could not be started',
    ],
  ])('warns of what %s', (...row) => {
    const [, outcome, log, message] = row;

    const result = judgeOverride({ asked, outcome, log });

    expect(result.verdict).toBe('warn');
    expect(result.message).toContain(message);
  });

  it('has nothing to judge in an image without `echo`', () => {
    expect(judgeOverride({ asked, outcome: undefined, log: '' }).verdict).toBe('skip');
  });
});
