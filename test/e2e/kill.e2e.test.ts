import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRecovery, killAt, type KillSite, type Tags } from './after-kill.ts';
import { buildingMoments, movingMoments, shippingMoments, testingMoments } from './kill-moments.ts';
import { openKillSite } from './kill-project.ts';

let site: KillSite & AsyncDisposable;

beforeAll(async () => {
  site = await openKillSite();
});
afterAll(async () => await site[Symbol.asyncDispose]());

describe('kill -9 of a run', () => {
  describe.each([
    ['before anything is tested', buildingMoments],
    ['while it is tested', testingMoments],
    ['while it is shipped', shippingMoments],
  ])('%s', (_, moments) => {
    let before: Tags;
    beforeAll(async () => {
      before = await site.project.tags();
    });

    it.each(moments)('when $when', async (moment) => {
      const moved = await killAt(site, moment);

      // The last moment is just before the first tag moves.
      expect(moved.length).toBeLessThanOrEqual(moment === shippingMoments.at(-1) ? 1 : 0);
    });

    it('again and again: the next one succeeds', async () => {
      await expectRecovery(site, { before, after: await site.project.tags() });

      expect(new Set(Object.values(await site.project.tags())).size).toBe(1);
    });
  });

  it.each(movingMoments)('when $when: the next one ends right', async (moment) => {
    const before = await site.project.tags();

    const moved = await killAt(site, moment);

    expect(moved).toEqual(expect.arrayContaining([...(moment.moved ?? [])]));
    await expectRecovery(site, { before, after: await site.project.tags() });
  });
});
