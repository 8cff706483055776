import { describe, expect, it } from 'vitest';
import type { HealthState } from '../../../engine/contract.ts';
import type { HealthTrial } from '../health-outcome.ts';
import { createSubject } from '../testing/subject.ts';
import { healthcheckWorks, judgeHealth } from './healthcheck-works.ts';

const subject = createSubject({
  config: {
    healthcheck: { test: ['CMD', 'ask', '--all'] },
    env: ['API_TOKEN=hunter2hunter2'],
  },
});

function neverHealthy(health: Partial<HealthState> | undefined): HealthTrial {
  const seen: HealthState | undefined = health && {
    status: 'unhealthy',
    lastOutput: '',
    lastExitCode: 1,
    ...health,
  };
  return { state: 'never-healthy', because: '80/tcp listens', afterMs: 60_000, health: seen };
}

describe('healthcheck-works', () => {
  it.each([
    ['there is none', createSubject(), 'no HEALTHCHECK'],
    [
      'it is turned off',
      createSubject({ config: { healthcheck: { test: ['NONE'] } } }),
      'no HEALTHCHECK',
    ],
    ['there is one', subject, ''],
  ])('knows before anything starts that %s', (_, image, reason) => {
    const found = healthcheckWorks.isPointless?.(image) ?? '';

    expect(found === '').toBe(reason === '');
    expect(found).toContain(reason);
  });

  it.each([
    [{ state: 'noticed', afterMs: 900, later: 'healthy' }, 'pass', 'healthy again'],
    [{ state: 'noticed', afterMs: 900, later: 'ended' }, 'pass', 'the container ended'],
    [{ state: 'noticed', afterMs: 900, later: 'unhealthy' }, 'warn', 'stays unhealthy'],
    [{ state: 'blind', afterMs: 3000, probes: 4 }, 'warn', '4 times in 3.0 s'],
    [{ state: 'not-frozen', why: 'no busybox' }, 'pass', 'could not be tried: no busybox'],
  ] as const)('says of %j: %s', (run, verdict, part) => {
    const result = judgeHealth(run, subject);

    expect(result.verdict).toBe(verdict);
    expect(result.message).toContain(part);
  });

  it.each([
    ['sh: curl: not found', 127],
    ['curl: Permission denied', 126],
    ['OCI runtime exec failed: exec: "curl": executable file not found in $PATH', -1],
  ])('fails a check that cannot run: %s', (lastOutput, lastExitCode) => {
    const result = judgeHealth(neverHealthy({ lastOutput, lastExitCode }), subject);

    expect(result).toMatchObject({ verdict: 'fail', evidence: lastOutput });
    expect(result.message).toContain('`ask --all` calls a program that is not in the image');
  });

  it('fails a check that never says healthy of a server that is up, and repeats no secret', () => {
    const lastOutput = 'no answer to token hunter2hunter2';

    const result = judgeHealth(neverHealthy({ lastOutput }), subject);

    expect(result).toMatchObject({ verdict: 'fail', evidence: 'no answer to token ***' });
    expect(result.message).toContain('60 s later');
  });

  it('blames no check for being slower than it is allowed here', () => {
    const slow = neverHealthy({ lastExitCode: -1, lastOutput: 'exceeded timeout (3s)' });

    expect(judgeHealth(slow, subject).verdict).toBe('skip');
  });

  it('blames nobody for a container that did not come up a second time', () => {
    const outcome = { state: 'refused', because: 'busy', durationMs: 1 } as const;

    expect(judgeHealth({ state: 'not-up', outcome }, subject).verdict).toBe('skip');
    expect(judgeHealth(neverHealthy(undefined), subject).verdict).toBe('skip');
  });
});
