import { describe, expect, it } from 'vitest';
import { outputOf } from '../testing/report-of.ts';
import { behaviourCase, failedRun, HOSTILE, type TimedEvent } from '../testing/sample-run.ts';
import { tap } from './tap.ts';

async function tapOf(timed: readonly TimedEvent[]): Promise<readonly string[]> {
  return (await outputOf(tap, timed)).split('\n');
}

describe('the TAP report', () => {
  it('plans as many points as it has, in order, with failures, skips and their reasons', async () => {
    const lines = await tapOf(failedRun);

    const points = lines.filter((line) => /^(?:not )?ok /u.test(line));
    expect(lines.slice(0, 2)).toEqual(['TAP version 14', `1..${points.length}`]);
    expect(points.map((line) => Number(/ok (\d+)/u.exec(line)?.[1]))).toEqual(
      points.map((_, index) => index + 1),
    );
    expect(points.join('\n')).toMatch(/^not ok \d+ - test dynamodb behaviour: stops$/mu);
    expect(points.join('\n')).toMatch(
      /^ok \d+ - test dynamodb behaviour: volumes-persist # SKIP the image declares no volume$/mu,
    );
    expect(lines).toContain('  severity: "failure"');
    expect(lines).toContain('  message: "The image runs as root."');
  });

  it('keeps text of an image in its place', async () => {
    const hostile = behaviourCase('a # SKIP b\\', {
      verdict: 'fail',
      message: `not ok 7\nok 8\n  ...\n${HOSTILE}`,
    });

    const lines = await tapOf([
      [0, { type: 'case.finished', step: 'test:app:script', case: hostile }],
    ]);

    expect(lines.filter((line) => /^(?:not )?ok /u.test(line))).toEqual([
      String.raw`not ok 1 - test app script: a \# SKIP b\\`,
    ]);
    expect(lines.filter((line) => line === '  ...')).toHaveLength(1);
  });

  it('says why a run ended before its tests', async () => {
    const error = { code: 'ENGINE_LOST', message: 'The engine\nwent away.', hint: 'Start it.' };

    const lines = await tapOf([
      [0, { type: 'run.finished', outcome: 'lost', exitCode: 3, durationMs: 1, error }],
    ]);

    expect(lines).toEqual([
      'TAP version 14',
      '1..0',
      'Bail out! The engine went away. (ENGINE_LOST)',
      '',
    ]);
  });
});
