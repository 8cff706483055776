import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRecovery, killAt, type KillSite, type Tags } from './after-kill.ts';
import { testingMoments } from './kill-moments.ts';
import { openKillSite } from './kill-project.ts';

let site: KillSite & AsyncDisposable;
let shipped: Tags;

beforeAll(async () => {
  site = await openKillSite();
  shipped = await site.project.tags();
});
afterAll(async () => await site[Symbol.asyncDispose]());

describe('kill -9 of a run', () => {
  it.each(testingMoments)('when $when', async (moment) => {
    expect(await killAt(site, moment)).toEqual([]);
  });

  it('and of the runs after it: the next one succeeds', async () => {
    await expectRecovery(site, { before: shipped, after: await site.project.tags() });

    expect(new Set(Object.values(await site.project.tags())).size).toBe(1);
  });
});
