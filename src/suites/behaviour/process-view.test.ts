import { describe, expect, it } from 'vitest';
import { descendantsOf, parseStats } from './process-view.ts';

describe('parseStats', () => {
  it('reads names with blanks and brackets, and leaves out what is no line of the kind', () => {
    const text = '1 (sh) S 0 1 1 0\n42 (a) b (c)) Z 1 35 35\n\n7 (cut';

    expect(parseStats(text)).toEqual([
      { pid: 1, parentPid: 0, state: 'S', name: 'sh' },
      { pid: 42, parentPid: 1, state: 'Z', name: 'a) b (c)' },
    ]);
  });
});

describe('descendantsOf', () => {
  it('finds children of children, and not what was brought in from outside', () => {
    const processes = [
      { pid: 1, parentPid: 0 },
      { pid: 7, parentPid: 1 },
      { pid: 8, parentPid: 7 },
      { pid: 20, parentPid: 0 },
      { pid: 21, parentPid: 20 },
    ];

    expect(descendantsOf(processes, 1).map(({ pid }) => pid)).toEqual([7, 8]);
  });
});
