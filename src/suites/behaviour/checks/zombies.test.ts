import { describe, expect, it } from 'vitest';
import { createSubject } from '../testing/subject.ts';
import { judgeOrphan } from './zombies.ts';

const plain = createSubject();
const watched = createSubject({ config: { healthcheck: { test: ['CMD', 'ask'] } } });
const left = { state: 'left', first: 'app', others: 0 } as const;

describe('zombies', () => {
  it('passes what reaps', () => {
    const result = judgeOrphan({ state: 'reaped', first: 'tini', others: 1 }, watched);

    expect(result).toMatchObject({ verdict: 'pass', message: 'PID 1 (`tini`) reaps orphans.' });
  });

  it('passes what reaps nothing and has nothing to reap, and says so', () => {
    const result = judgeOrphan(left, plain);

    expect(result.verdict).toBe('pass');
    expect(result.message).toContain('it runs alone and has no health check');
  });

  it.each([
    [left, watched, 'a health check'],
    [{ ...left, others: 2 }, plain, 'the processes that it starts'],
  ])('warns of %j where something can leave orphans', (run, subject, part) => {
    const result = judgeOrphan(run, subject);

    expect(result).toMatchObject({ verdict: 'warn' });
    expect(result.message).toContain(part);
    expect(JSON.stringify(result)).toContain('tini');
  });

  it('blames nobody where it could not look', () => {
    const outcome = { state: 'refused', because: 'busy', durationMs: 1 } as const;

    expect(judgeOrphan({ state: 'not-up', outcome }, plain).verdict).toBe('skip');
    expect(judgeOrphan({ state: 'unseen', why: 'no busybox' }, plain)).toMatchObject({
      verdict: 'skip',
      reason: 'no busybox',
    });
  });
});
