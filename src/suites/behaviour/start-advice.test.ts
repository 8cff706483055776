import { describe, expect, it } from 'vitest';
import { adviseOnStart, isRefusalOfImage, renderStartEvidence } from './start-advice.ts';
import { createSubject } from './testing/subject.ts';
import type { ListeningSocket } from './sockets-seen.ts';
import type { StartOutcome } from './start-outcome.ts';

const subject = createSubject({ config: { command: ['/start.sh'], exposedPorts: ['8080/tcp'] } });

function exited(exitCode: number, isOomKilled = false): StartOutcome {
  return { state: 'exited', durationMs: 400, exitCode, isOomKilled, log: 'one\ntwo\n' };
}

function refused(because: string): StartOutcome {
  return { state: 'refused', durationMs: 10, because };
}

function socket(address: string, port: number): ListeningSocket {
  return { protocol: 'tcp', address, port, isLoopback: address.startsWith('127.') };
}

const timeout: StartOutcome = {
  state: 'timeout',
  durationMs: 60_000,
  because: 'port 8080 is not open',
  log: '',
};

describe('advice on a start', () => {
  it.each([
    ['exec: "/x": exec format error: unknown', 'another processor than linux/amd64', '#!'],
    [
      'unable to find user app: no matching entries in passwd file',
      'is not in the image',
      'USER 10001',
    ],
    ['exec: "serve": executable file not found in $PATH', 'PATH', 'full path'],
    ['exec: "/start.sh": permission denied', 'may not be executed', 'chmod'],
    ['exec: "/start.sh": stat /start.sh: no such file or directory', 'interpreter', 'CRLF'],
    ['something new', 'something new', 'ENTRYPOINT'],
  ])('explains the refusal %j', (because, message, fix) => {
    const advice = adviseOnStart(refused(because), subject);

    expect(advice.message).toContain(message);
    expect(advice.fix).toContain(fix);
  });

  it.each([
    ['exec: "/start.sh": permission denied', true],
    ['open executable: Permission denied: OCI permission denied', true],
    ['setrlimit `RLIMIT_NPROC`: Operation not permitted: OCI permission denied', false],
    ['mount `proc`: permission denied', false],
  ])('tells a program that may not run from an engine that may not do its work: %j', (text, is) => {
    expect(isRefusalOfImage(text)).toBe(is);
  });

  it.each([
    [0, 'has to stay in the foreground', 'daemon mode'],
    [1, 'before it was ready', '/start.sh'],
    [126, 'may not be executed', 'chmod'],
    [127, 'not in the image', 'Install'],
    [139, 'ended by SIGSEGV, which is a crash', 'linux/amd64'],
    [137, 'ended by SIGKILL', 'Find what sent the signal'],
  ])('explains exit code %d', (exitCode, message, fix) => {
    const advice = adviseOnStart(exited(exitCode), subject);

    expect(advice.message).toContain(message);
    expect(advice.fix).toContain(fix);
  });

  it('says that memory ran out, and names the limit', () => {
    const limited = createSubject({ profile: { run: { memory: '64m' } } });

    expect(adviseOnStart(exited(137, true), limited).message).toContain(
      'used too much memory; its limit is 64.0 MB',
    );
    expect(adviseOnStart(exited(137), limited).message).toContain('most likely because it used');
  });

  it('says that it listens for itself alone', () => {
    const { message, fix } = adviseOnStart(timeout, subject, [socket('127.0.0.1', 8080)]);

    expect(message).toContain('Not ready after 60 s');
    expect(message).toContain('127.0.0.1:8080, which only the container itself can reach');
    expect(fix).toContain('0.0.0.0');
  });

  it('says that it listens elsewhere', () => {
    const { fix } = adviseOnStart(timeout, subject, [socket('0.0.0.0', 8081)]);

    expect(fix).toContain('8081');
  });

  it('points to the log when it listens nowhere', () => {
    const { message, fix } = adviseOnStart(timeout, subject, []);

    expect(message).toContain('it listens on no TCP port');
    expect(fix).toContain('ready.timeout');
  });

  it('shows the last lines of the log, or that there are none', () => {
    expect(renderStartEvidence(exited(1))).toBe('one\ntwo');
    expect(renderStartEvidence(timeout)).toBe('The log is empty.');
  });
});
