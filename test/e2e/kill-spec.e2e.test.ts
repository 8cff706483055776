import { describe, expect, it } from 'vitest';
import { expectRecovery, killAt } from './after-kill.ts';
import { specMoment } from './kill-moments.ts';
import { createSpecProject, openKillSite } from './kill-project.ts';

describe('kill -9 of a run', () => {
  it(`when ${specMoment.when}`, async () => {
    await using site = await openKillSite(createSpecProject);
    const before = await site.project.tags();

    expect(await killAt(site, specMoment)).toEqual([]);

    await expectRecovery(site, { before, after: before });
    expect(new Set(Object.values(await site.project.tags())).size).toBe(1);
  });
});
