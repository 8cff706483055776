import { describe, expect, it } from 'vitest';
import { redactedQuery, summarize, type CallRecord } from './call-record.ts';

function call(atMs: number, durationMs: number, more: Partial<CallRecord> = {}): CallRecord {
  return {
    kind: 'api',
    startedAt: new Date(atMs).toISOString(),
    method: 'GET',
    path: '/containers/json',
    query: '',
    durationMs,
    ...more,
  };
}

describe('the record of a script', () => {
  it('tells time in the engine, counted once where calls overlap, from time without any call', () => {
    const summary = summarize([call(1500, 500), call(0, 100), call(50, 100), call(60, 10)]);

    expect(summary).toMatchObject({ calls: 4, spanMs: 2000, engineMs: 650, idleMs: 1350 });
  });

  it('names connections that had to wait, and calls that were denied', () => {
    const summary = summarize([
      call(0, 5, { kind: 'port', path: '8000/tcp', container: 'c', dialMs: 471 }),
      call(0, 5, { kind: 'port', path: '8000/tcp', container: 'c', dialMs: 2 }),
      call(0, 5, { deniedBy: 'privileged', path: '/containers/create' }),
    ]);

    expect(summary.waits).toEqual([{ port: '8000/tcp', container: 'c', dialMs: 471 }]);
    expect(summary.denied).toEqual([
      { rule: 'privileged', method: 'GET', path: '/containers/create' },
    ]);
  });

  it('of no calls is empty', () => {
    expect(summarize([])).toEqual({
      calls: 0,
      spanMs: 0,
      engineMs: 0,
      idleMs: 0,
      waits: [],
      denied: [],
    });
  });

  it('keeps values that may be secrets out', () => {
    const query = new URLSearchParams('t=app:1&buildargs={"TOKEN":"abc"}&Env=PASSWORD=x&all=1');

    expect(redactedQuery(query)).toBe('t=app:1&buildargs=***&Env=***&all=1');
  });
});
