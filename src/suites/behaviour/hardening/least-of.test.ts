import { describe, expect, it } from 'vitest';
import { firstEnough, leastOf } from './least-of.ts';

const letters = Array.from('abcdefghijklmn');

/** Enough with all of these. */
function needs(...needed: readonly string[]): {
  readonly isEnough: (part: readonly string[]) => Promise<boolean>;
  tries: number;
} {
  const counted = {
    tries: 0,
    isEnough: (part: readonly string[]): Promise<boolean> => {
      counted.tries += 1;
      return Promise.resolve(needed.every((each) => part.includes(each)));
    },
  };
  return counted;
}

describe('the least part that is enough', () => {
  it.each([
    { needed: [], most: 1 },
    { needed: ['a'], most: 6 },
    { needed: ['n'], most: 8 },
    { needed: ['c', 'k'], most: 13 },
    { needed: ['a', 'b', 'm', 'n'], most: 16 },
    { needed: letters, most: 30 },
  ])('is $needed, found in few tries', async ({ needed, most }) => {
    const counted = needs(...needed);

    const least = await leastOf(letters, counted.isEnough);

    expect(least).toEqual(needed);
    expect(counted.tries).toBeLessThanOrEqual(most);
  });

  it('is none when all together are not enough', async () => {
    expect(await leastOf(letters, needs('z').isEnough)).toBeUndefined();
    expect(await leastOf([], needs('z').isEnough)).toBeUndefined();
  });
});

describe('the first step that is enough', () => {
  it.each([1, 2, 3, 4, 5])('is found: %i', async (least) => {
    const first = await firstEnough([1, 2, 3, 4, 5], (step) => Promise.resolve(step >= least));

    expect(first).toBe(least);
  });

  it('is none when the last is not', async () => {
    expect(await firstEnough([1, 2], () => Promise.resolve(false))).toBeUndefined();
  });
});
