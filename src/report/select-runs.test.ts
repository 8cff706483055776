import { expect, test } from 'vitest';
import { selectRuns } from './select-runs.ts';
import type { TimedRun } from './times.ts';

const commits = ['aaaa111', 'aaaa111', 'bbbb222', 'cccc333', 'cccc333'];
const runs: readonly TimedRun[] = commits.map((commit, index) => ({
  runId: `2026112${index + 1}-101530-00ff`,
  startedAt: `2026-11-2${index + 1}T10:15:30.000Z`,
  command: 'ci',
  commit,
  outcome: 'passed',
  durationMs: 1,
}));

function select(selector: string): readonly number[] {
  return selectRuns(runs, selector).map((run) => runs.indexOf(run) + 1);
}

test.each([
  ['20261123-101530-00ff', [3]],
  ['20261123', [3]],
  ['aaaa', [1, 2]],
  ['cccc333', [4, 5]],
  ['last:2', [4, 5]],
  ['last:99', [1, 2, 3, 4, 5]],
  ['last:4..3', [2, 3]],
  ['last:2..', [4, 5]],
  ['20261122..20261124', [2, 3, 4]],
  ['aaaa111..bbbb222', [1, 2, 3]],
])('%s selects the runs %j', (selector, selected) => {
  expect(select(selector)).toEqual(selected);
});

test.each(['last:0', 'last:2..4', 'last:', '', '..', 'a..b', 'HEAD~1', 'x/y'])(
  '%j is no selection: RUN_SELECTION_INVALID',
  (selector) => {
    expect(() => select(selector)).toThrow(
      expect.objectContaining({ code: 'RUN_SELECTION_INVALID', exitCode: 2 }),
    );
  },
);

test.each(['dddd', '20251123', 'dddd..cccc', 'cccc..aaaa'])(
  '%s selects nothing: RUN_SELECTION_EMPTY',
  (selector) => {
    expect(() => select(selector)).toThrow(
      expect.objectContaining({ code: 'RUN_SELECTION_EMPTY', exitCode: 2 }),
    );
  },
);
