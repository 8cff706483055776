import { expect, it } from 'vitest';
import { inBatches } from './in-batches.ts';

it('keeps the order of the items, and never has more under way than asked', async () => {
  let running = 0;
  let most = 0;

  const results = await inBatches([1, 2, 3, 4, 5], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    return item * 10;
  });

  expect(results).toEqual([10, 20, 30, 40, 50]);
  expect(most).toBe(2);
});
