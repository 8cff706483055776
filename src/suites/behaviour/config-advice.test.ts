import { describe, expect, it } from 'vitest';
import { instructOnConfig, namesMentioned } from './config-advice.ts';
import { createSubject } from './testing/subject.ts';
import type { StartOutcome } from './start-outcome.ts';

const POSTGRES = `Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".
       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all connections.`;

function exited(log: string): StartOutcome {
  return { state: 'exited', durationMs: 300, exitCode: 1, isOomKilled: false, log };
}

describe('namesMentioned', () => {
  it('finds the variables that postgres asks for', () => {
    expect(namesMentioned(POSTGRES, createSubject())).toEqual([
      'POSTGRES_PASSWORD',
      'POSTGRES_HOST_AUTH_METHOD',
    ]);
  });

  it.each([
    ['panic: environment variable TOKEN not found', 'TOKEN'],
    ['DSN is not set', 'DSN'],
    ['missing ${BUCKET}', 'BUCKET'],
    ['usage: docker run -e LICENSE=accept', 'LICENSE'],
  ])('finds the variable in %j', (log, name) => {
    expect(namesMentioned(log, createSubject())).toEqual([name]);
  });

  it('leaves out what the image sets itself, and words that are no variables', () => {
    const subject = createSubject({ config: { env: ['PG_MAJOR=16'] } });

    expect(namesMentioned('FATAL: PG_MAJOR 16, UTF_8 only, SIGTERM', subject)).toEqual([]);
  });
});

describe('instructOnConfig', () => {
  it('skips with the lines to add', () => {
    const subject = createSubject({ name: 'docker.io/library/postgres:16' });

    const result = instructOnConfig(exited(POSTGRES), subject);

    expect(result.verdict).toBe('skip');
    expect(result.evidence).toContain('superuser password is not specified');
    expect(result).toMatchObject({
      reason:
        'the image needs settings to run; its log names POSTGRES_PASSWORD and POSTGRES_HOST_AUTH_METHOD',
    });
    expect('fix' in result ? result.fix : '').toBe(
      [
        'Say once in seatrial.yaml how it is run:',
        'images:',
        '  postgres:',
        '    run:',
        '      env:',
        '        POSTGRES_PASSWORD: "…"',
        '        POSTGRES_HOST_AUTH_METHOD: "…"',
      ].join('\n'),
    );
  });

  it('shows what can be said when the log names nothing', () => {
    const result = instructOnConfig(exited(''), createSubject());

    expect(result.evidence).toBe('The log is empty.');
    expect('fix' in result ? result.fix : '').toContain('command: [serve]');
  });
});
