import { describe, expect, it } from 'vitest';
import type { CanaryTrial } from '../canary-outcome.ts';
import { createSubject } from '../testing/subject.ts';
import { judgeCanaries, secretHygiene } from './secret-hygiene.ts';

const quiet: CanaryTrial = {
  outcome: { state: 'ready', durationMs: 1, because: 'it stays up' },
  names: ['DB_PASSWORD'],
  inLog: [],
  inArguments: [],
  inFiles: [],
};

const ended = { state: 'exited', durationMs: 1, exitCode: 1, isOomKilled: false, log: '' } as const;

describe('secret-hygiene', () => {
  it('knows before anything starts that there is nothing to keep', () => {
    const reason = secretHygiene.isPointless?.(createSubject());

    expect(reason).toContain('no variable');
  });

  it('passes an image that keeps them to itself', () => {
    expect(judgeCanaries(quiet)).toMatchObject({ verdict: 'pass' });
  });

  it.each([
    [{ inLog: ['DB_PASSWORD'] }, 'in its log', 'set -x'],
    [{ inArguments: ['DB_PASSWORD'] }, 'arguments of a process', 'instead of'],
  ])('warns of %j', (found, part, fix) => {
    const result = judgeCanaries({ ...quiet, ...found });

    expect(result.verdict).toBe('warn');
    expect(result.message).toContain(part);
    expect(JSON.stringify(result)).toContain(fix);
  });

  it('passes a file that holds one, and names it', () => {
    const inFiles = [{ path: '/etc/app.conf', names: ['DB_PASSWORD'], isOpen: true }];

    const result = judgeCanaries({ ...quiet, inFiles });

    expect(result.verdict).toBe('pass');
    expect(result.message).toContain('/etc/app.conf holds one, and every user');
  });

  it('blames no image for refusing a made-up value, but for printing it', () => {
    expect(judgeCanaries({ ...quiet, outcome: ended }).verdict).toBe('skip');
    expect(judgeCanaries({ ...quiet, outcome: ended, inLog: ['DB_PASSWORD'] }).verdict).toBe(
      'warn',
    );
  });

  it('shows by hand what is made up, in the place of what the profile says', () => {
    const subject = createSubject({ profile: { run: { env: { DB_PASSWORD: 'real' } } } });

    const command = secretHygiene.byHand(subject);

    expect(command).toMatch(/-e DB_PASSWORD="\$DB_PASSWORD" -e '?DB_PASSWORD=canary/u);
    expect(command).not.toContain('real');
  });
});
