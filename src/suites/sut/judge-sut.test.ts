import { describe, expect, it } from 'vitest';
import { judgeImages, judgeSut, judgeTimeout, type Circumstances } from './judge-sut.ts';
import type { SutEnd } from './run-services.ts';

const around: Circumstances = {
  settings: { files: [], timeout: 90_000, env: [] },
  ends: [{ service: 'sut', isRunning: false, exitCode: 0, log: 'checked\n' }],
  runsTested: true,
};

function ended(exitCode: number, isOomKilled = false): SutEnd {
  return { state: 'ended', exitCode, isOomKilled };
}

const web = { service: 'web', isRunning: false, exitCode: 3, log: 'no port\n' };

describe('the verdict of a Compose file', () => {
  it('is the exit code of `sut`', () => {
    expect(judgeSut(ended(0), around)).toEqual({
      verdict: 'pass',
      message: '`sut` ended with exit code 0',
    });
    expect(judgeSut(ended(4), around)).toMatchObject({
      verdict: 'fail',
      message: '`sut` ended with exit code 4',
    });
  });

  it.each([
    [ended(126), 'exit code 126', 'check its mode'],
    [ended(127), 'exit code 127', 'was not found'],
    [ended(143), 'exit code 143 (SIGTERM)', 'Read the last lines'],
    [ended(137, true), 'exit code 137 (SIGKILL): it used too much memory', 'less'],
  ])('explains %j', (end, message, fix) => {
    const finding = judgeSut(end, around);

    expect(finding.message).toContain(message);
    expect(finding.fix).toContain(fix);
  });

  it('is a warning when another service broke and `sut` did not mind', () => {
    const running = { service: 'db', isRunning: true, log: '' };

    const finding = judgeSut(ended(0), { ...around, ends: [...around.ends, running, web] });

    expect(finding).toMatchObject({
      verdict: 'warn',
      message: '`sut` ended with exit code 0, and these had ended before: web (exit code 3)',
      evidence: 'web, ended with exit code 3:\nno port',
    });
  });

  it('is a warning when nothing ran the image under test', () => {
    const finding = judgeSut(ended(0), { ...around, runsTested: false });

    expect(finding.verdict).toBe('warn');
    expect(finding.fix).toContain('$IMAGE_NAME');
  });

  it('shows the end of every log, that of `sut` last', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${String(index)}`).join('\n');
    const sick = {
      ...web,
      isRunning: true,
      exitCode: undefined,
      complaint: 'refused\n',
      log: lines,
    };
    const never = { service: 'db', isRunning: false, log: '' };

    const { evidence } = judgeTimeout({ ...around, ends: [...around.ends, sick, never] });

    expect(evidence).toMatch(
      /^web, running:\nits health check: refused\nline 85\n(?:.*\n){13}line 99\n\ndb, never started:\n\(no output\)\n\nsut, ended with exit code 0:\nchecked$/u,
    );
  });

  it('names the limit, the service that stood in the way, and the build that failed', () => {
    const obstacle = { service: 'db', problem: 'is unhealthy', fix: 'Look.' };

    expect(judgeTimeout(around).message).toContain('within 90 s');
    expect(judgeSut({ state: 'blocked', obstacle }, around)).toMatchObject({
      verdict: 'fail',
      message: '`db` is unhealthy, so `sut` was not started',
      fix: 'Look.',
    });
    expect(judgeImages('web', 'RUN failed\n  3 | RUN false')).toMatchObject({
      verdict: 'fail',
      message: 'The image of web could not be built: RUN failed',
      evidence: '  3 | RUN false',
    });
  });
});
