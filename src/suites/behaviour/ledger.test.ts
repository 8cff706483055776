import { describe, expect, it } from 'vitest';
import { systemClock } from '../../host/clock.ts';
import type { Case } from '../../kernel/verdict.ts';
import type { Check, CheckResult } from './check.ts';
import { Ledger } from './ledger.ts';
import { createSubject } from './testing/subject.ts';
import type { RunId, SecondStart } from './runs.ts';

const ready = { state: 'ready', durationMs: 1, because: 'it runs' } as const;
const run: SecondStart = { outcome: ready, firstStartMs: 1, read: undefined };

function check(id: string, more: Partial<Check> = {}): Check {
  return {
    id,
    title: id,
    proves: 'Something.',
    appliesTo: ['service'],
    severity: 'error',
    group: 'standard',
    needs: 'restart',
    run: async (): Promise<CheckResult> => ({ verdict: 'pass', message: 'Good.' }),
    byHand: () => 'docker run x',
    ...more,
  };
}

interface Book {
  readonly ledger: Ledger;
  readonly told: readonly string[];
  readonly abort: (reason: Error) => void;
}

function open(checks: readonly Check[], foundation = check('base', { needs: 'start' })): Book {
  const told: string[] = [];
  const controller = new AbortController();
  const ledger = new Ledger({
    subject: createSubject(),
    checks,
    foundation,
    clock: systemClock,
    signal: controller.signal,
    report: {
      caseStarted: (id) => told.push(`started ${id}`),
      caseFinished: ({ id, verdict }: Case) => told.push(`${verdict} ${id}`),
    },
  });
  return { ledger, told, abort: (reason) => controller.abort(reason) };
}

function broken(): Promise<CheckResult> {
  return Promise.reject(new Error('the engine went away'));
}

describe('Ledger', () => {
  it('keeps the order of the checks, whatever order they are judged in', async () => {
    const needs: RunId = 'kill';
    const { ledger } = open([check('a', { needs }), check('b')]);

    await ledger.judge('restart', run);
    await ledger.judge('kill', run);

    expect(ledger.cases().map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('tells when a check begins and when it is judged', async () => {
    const { ledger, told } = open([check('a')]);

    ledger.begin('restart');
    await ledger.judge('restart', run);

    expect(told).toEqual(['started a', 'pass a']);
  });

  it('loses a check whose look at the engine fails, and judges the others', async () => {
    const { ledger } = open([check('a', { run: broken }), check('b')]);

    await ledger.judge('restart', run);

    expect(ledger.cases()).toMatchObject([
      { id: 'a', verdict: 'lost', reason: 'the engine went away' },
      { id: 'b', verdict: 'pass' },
    ]);
  });

  it('throws what aborted, and takes it for no finding', async () => {
    const { ledger, told, abort } = open([check('a', { run: broken })]);
    abort(new Error('cancelled by hand'));

    await expect(ledger.judge('restart', run)).rejects.toThrow('cancelled by hand');
    expect(told).toEqual([]);
  });

  it('loses what was never reached: no check is forgotten', () => {
    const { ledger } = open([check('a')]);

    expect(ledger.cases()).toMatchObject([{ id: 'a', verdict: 'lost' }]);
  });

  it('gives each check one case: the first', async () => {
    const { ledger, told } = open([check('a')]);

    ledger.excuse('restart', { message: 'No.', reason: 'because' });
    await ledger.judge('restart', run);

    expect(told).toEqual(['skip a']);
  });

  it('skips what does not apply to the class of the image', () => {
    const { ledger } = open([check('a'), check('b', { appliesTo: ['one-shot'] })]);

    ledger.classify({ imageClass: 'one-shot', because: 'it ended' });

    expect(ledger.isOpen('restart')).toBe(true);
    const [first] = ledger.cases();
    expect(first?.verdict).toBe('skip');
    expect(first?.reason).toContain('does its work and ends');
  });

  it('reports what all stand on, though nobody asked, once', () => {
    const foundation = check('base', { needs: 'start' });
    const { ledger } = open([check('a')], foundation);

    ledger.reportFoundation();
    ledger.reportFoundation();

    expect(ledger.cases().map(({ id }) => id)).toEqual(['base', 'a']);
  });
});
