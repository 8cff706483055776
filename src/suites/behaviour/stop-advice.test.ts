import { describe, expect, it } from 'vitest';
import { explainStop } from './stop-advice.ts';
import { judgeStop } from './checks/stops.ts';
import { SIGTERM } from './signals.ts';
import type { Process } from './processes.ts';
import type { StopRun } from './runs.ts';

const NONE = '0000000000000000';
const TERM = '0000000000004000';

function process(pid: number, argv: string, masks: Partial<Process> = {}): Process {
  const parentPid = pid === 1 ? 0 : 1;
  return { pid, parentPid, uid: 0, caught: NONE, ignored: NONE, argv, ...masks };
}

function stop(...processes: readonly Process[]): StopRun {
  return {
    signal: SIGTERM,
    wasUp: true,
    exitCode: 137,
    durationMs: 10_200,
    timeoutMs: 10_000,
    isOomKilled: false,
    processes,
    log: '',
  };
}

describe('explainStop', () => {
  it('says that PID 1 has no handler', () => {
    const { cause, fix } = explainStop(stop(process(1, '/httpd -f')));

    expect(cause).toContain('PID 1 (`/httpd -f`) has no handler for SIGTERM');
    expect(fix).toContain('tini');
    expect(fix).toContain('STOPSIGNAL');
  });

  it('says that PID 1 ignores the signal', () => {
    const { cause } = explainStop(stop(process(1, '/server', { ignored: TERM })));

    expect(cause).toBe('PID 1 (`/server`) ignores SIGTERM');
  });

  it('says that a shell keeps the signal from a child that would handle it', () => {
    const { cause, fix } = explainStop(
      stop(process(1, '/bin/sh /start.sh'), process(7, 'java -jar app.jar', { caught: TERM })),
    );

    expect(cause).toContain('does not pass SIGTERM on to its child `java -jar app.jar`');
    expect(cause).toContain('which would handle it');
    expect(fix).toContain('`exec`');
  });

  it('advises an init where the child has no handler either', () => {
    const { fix } = explainStop(stop(process(1, 'sh -c sleep 9'), process(7, 'sleep 9')));

    expect(fix).toContain('init');
  });

  it('says that a shell with a trap waits for its child', () => {
    const { cause, fix } = explainStop(
      stop(process(1, 'sh /start.sh', { caught: TERM }), process(7, 'sleep 1000')),
    );

    expect(cause).toContain('only after its foreground child (`sleep 1000`) ends');
    expect(fix).toContain('`wait`');
  });

  it('points to the stop timeout where a handler takes too long', () => {
    expect(explainStop(stop(process(1, '/server', { caught: TERM }))).fix).toContain(
      'run.stop_timeout',
    );
  });

  it('still gives a fix without a process table', () => {
    expect(explainStop(stop()).fix).toContain('exec');
  });
});

describe('stops', () => {
  it.each([0, 143])('passes exit code %d', (exitCode) => {
    expect(judgeStop({ ...stop(), exitCode, durationMs: 200 }).verdict).toBe('pass');
  });

  it('fails what had to be killed, with the cause and the table as evidence', () => {
    const result = judgeStop(stop(process(1, '/httpd -f')));

    expect(result.verdict).toBe('fail');
    expect(result.message).toContain('Did not end within 10 s of SIGTERM and was killed');
    expect(result.evidence).toContain('/httpd -f');
  });

  it('warns of an exit code that looks like a failure', () => {
    const result = judgeStop({ ...stop(), exitCode: 1, durationMs: 200, log: 'Error: closed' });

    expect(result.verdict).toBe('warn');
    expect(result.evidence).toBe('Error: closed');
  });

  it('fails what ended before it was asked to', () => {
    const result = judgeStop({ ...stop(), wasUp: false, exitCode: 1, log: 'panic' });

    expect(result.verdict).toBe('fail');
    expect(result.message).toContain('ended by itself with exit code 1');
    expect(result.evidence).toBe('panic');
  });

  it('does not pass the exit code of another signal than its own', () => {
    const signal = { name: 'SIGINT', number: 2 };

    expect(judgeStop({ ...stop(), signal, exitCode: 130 }).verdict).toBe('pass');
    expect(judgeStop({ ...stop(), signal, exitCode: 143 }).verdict).toBe('warn');
  });
});
