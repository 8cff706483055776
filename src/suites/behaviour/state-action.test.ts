import { describe, expect, it } from 'vitest';
import { stateActionSchema, type StateAction } from '../../config/schema.ts';
import { isProven, judgeCommandAnswer, judgeHttpAnswer } from './state-action.ts';

function http(more: object = {}): StateAction {
  return stateActionSchema.parse({ http: '/', ...more });
}

function exec(more: object = {}): StateAction {
  return stateActionSchema.parse({ exec: ['cat', '/a'], ...more });
}

describe('an HTTP answer', () => {
  it.each([200, 204, 399])('is met with status %d', (status) => {
    expect(judgeHttpAnswer(http(), { status, body: '' }).result).toBe('met');
  });

  it.each([199, 400, 404, 500])('is not met with status %d', (status) => {
    expect(judgeHttpAnswer(http(), { status, body: '' })).toMatchObject({
      result: 'unmet',
      because: `status ${status} instead of 200 to 399`,
    });
  });

  it('is met with exactly the status that was asked for', () => {
    expect(judgeHttpAnswer(http({ status: 404 }), { status: 404, body: '' }).result).toBe('met');
    expect(judgeHttpAnswer(http({ status: 404 }), { status: 200, body: '' }).result).toBe('unmet');
  });

  it.each([502, 503, 504])('says nothing about what is stored with status %d', (status) => {
    expect(judgeHttpAnswer(http(), { status, body: '' }).result).toBe('unanswered');
    expect(judgeHttpAnswer(http({ status }), { status, body: '' }).result).toBe('met');
  });

  it('must match what is expected', () => {
    const action = http({ expect: 'Super(villains|heroes)' });

    expect(judgeHttpAnswer(action, { status: 200, body: '["Supervillains"]' }).result).toBe('met');
    expect(judgeHttpAnswer(action, { status: 200, body: '' }).because).toBe(
      'the answer does not match `Super(villains|heroes)`: it is empty',
    );
  });

  it('is matched in linear time, whatever the expression', () => {
    const action = http({ expect: '^(a+)+$' });
    const startedMs = performance.now();

    judgeHttpAnswer(action, { status: 200, body: `${'a'.repeat(50_000)}!` });

    // A backtracking engine needs longer than the age of the universe.
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  it('is shown shortened', () => {
    const { seen } = judgeHttpAnswer(http(), { status: 200, body: 'x'.repeat(10_000) });

    expect(seen.length).toBeLessThan(1000);
  });
});

describe('a command', () => {
  const nothing = { stdout: '', stderr: '' };

  it('is met with exit code 0 and the expected output', () => {
    const answer = { exitCode: 0, stdout: 'ahoy', stderr: '' };

    expect(judgeCommandAnswer(exec({ expect: 'ahoy' }), answer).result).toBe('met');
    expect(judgeCommandAnswer(exec({ expect: 'bye' }), answer).result).toBe('unmet');
  });

  it('is not met with another exit code', () => {
    expect(judgeCommandAnswer(exec(), { exitCode: 1, ...nothing }).result).toBe('unmet');
  });

  it.each([126, 127])('says nothing when it could not be run (%d)', (exitCode) => {
    expect(judgeCommandAnswer(exec(), { exitCode, ...nothing }).result).toBe('unanswered');
  });
});

describe('isProven', () => {
  const met = { result: 'met', because: '', seen: '' } as const;
  const unmet = { result: 'unmet', because: '', seen: '' } as const;

  it('asks for a write that was read back', () => {
    expect(isProven({ write: met, read: met })).toBe(true);
    expect(isProven({ write: met, read: unmet })).toBe(false);
    expect(isProven({ write: unmet, read: undefined })).toBe(false);
    expect(isProven(undefined)).toBe(false);
  });
});
