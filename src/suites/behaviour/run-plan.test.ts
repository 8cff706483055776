import { describe, expect, it } from 'vitest';
import { countStarts, planRuns } from './run-plan.ts';
import type { RunId } from './runs.ts';

function plan(needs: readonly RunId[], hasState = true): ReturnType<typeof planRuns> {
  return planRuns(new Set(needs), hasState);
}

describe('planRuns', () => {
  it('gives the three tests of state three starts, two of them on the longest line', () => {
    const starts = countStarts(plan(['ready', 'separate', 'replacement']));

    expect(starts).toEqual({ all: 3, critical: 2, together: 2 });
  });

  it('gives all checks with state five starts, three of them on the longest line', () => {
    const all = plan(['start', 'ready', 'stop', 'restart', 'replacement', 'kill', 'separate']);

    expect(all.main).toEqual(['stop', 'replacement', 'kill']);
    expect(all.separate).toEqual(['separate', 'restart']);
    expect(countStarts(all)).toEqual({ all: 5, critical: 3, together: 2 });
  });

  it('restarts the first container when none is needed beside it', () => {
    const withoutState = plan(['start', 'ready', 'stop', 'restart', 'replacement', 'kill'], false);

    expect(withoutState.main).toEqual(['stop', 'restart', 'stop-again', 'replacement', 'kill']);
    expect(countStarts(withoutState)).toEqual({ all: 4, critical: 4, together: 1 });
  });

  it('kills before it stops when nothing else starts the container again', () => {
    expect(plan(['start', 'stop', 'kill'], false).main).toEqual(['kill', 'stop']);
  });

  it('starts once for what is seen in a running container', () => {
    expect(countStarts(plan(['start', 'ready']))).toEqual({ all: 1, critical: 1, together: 1 });
  });

  it('stops the first container before its volumes go to another, even if no check asks how it stops', () => {
    expect(plan(['replacement']).main).toEqual(['stop', 'replacement']);
  });

  it.each([
    [['start', 'stop'], false],
    [['ready'], true],
    [['kill'], true],
  ] as const)('for %j it writes state: %s', (needs, isWritten) => {
    expect(plan(needs).isStateWritten).toBe(isWritten);
    expect(plan(needs, false).isStateWritten).toBe(false);
  });
});
