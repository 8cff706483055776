import { expect, test } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import type { KeptRecord } from './promotion-record.ts';
import { toHistory } from './tag-history.ts';

const [A, B, C, FOREIGN] = [digestOf('a'), digestOf('b'), digestOf('c'), digestOf('foreign')];

function move(day: number, from: KeptRecord['to'] | null, to: KeptRecord['to']): KeptRecord {
  return {
    schema: 'seatrial.promotion/1',
    kind: 'promote',
    runId: `run-${day}`,
    at: `2026-01-0${day}T00:00:00.000Z`,
    evidence: 'a test',
    to,
    tags: [{ tag: 'latest', from }],
  };
}

function statesOf(history: ReturnType<typeof toHistory>): readonly string[] {
  return history.moves.map(({ state }) => state);
}

test('moves that follow each other are past, and the last one is current', () => {
  const history = toHistory('latest', B, [move(2, A, B), move(1, null, A)]);

  expect(statesOf(history)).toEqual(['past', 'current']);
  expect(history.isExplained).toBe(true);
});

test('a run that was killed before the tag moved, and the one that finished, are told apart', () => {
  const history = toHistory('latest', B, [move(1, null, A), move(2, A, B), move(3, A, B)]);

  expect(statesOf(history)).toEqual(['past', 'undone', 'current']);
});

test('what was brought back is undone, and the tag is explained by the move before', () => {
  const history = toHistory('latest', A, [move(1, null, A), move(2, A, B), move(3, A, C)]);

  expect(statesOf(history)).toEqual(['current', 'undone', 'undone']);
  expect(history.isExplained).toBe(true);
});

test('what somebody else moved is overwritten, in the middle and at the end', () => {
  const middle = toHistory('latest', B, [move(1, null, A), move(2, FOREIGN, B)]);
  const end = toHistory('latest', FOREIGN, [move(1, null, A)]);

  expect(statesOf(middle)).toEqual(['overwritten', 'current']);
  expect(middle.isExplained).toBe(true);
  expect(statesOf(end)).toEqual(['overwritten']);
  expect(end.isExplained).toBe(false);
});

test('a tag that is gone is explained by nothing', () => {
  const history = toHistory('latest', null, [move(1, null, A)]);

  expect(history.digest).toBeNull();
  expect(history.isExplained).toBe(false);
});

test('of several tags in a record only those of that name count', () => {
  const both: KeptRecord = {
    ...move(1, null, C),
    tags: [
      { tag: 'latest', from: A },
      { tag: '1.2', from: null },
    ],
  };

  expect(toHistory('1.2', C, [both]).moves).toMatchObject([{ from: null }]);
  expect(toHistory('other', C, [both]).moves).toEqual([]);
});
