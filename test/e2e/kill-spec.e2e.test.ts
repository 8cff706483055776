import { describe, expect, it } from 'vitest';
import { connectEngine } from '../../src/engine/connect.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { isSoak } from '../../src/host/testing/soak.ts';
import { expectRecovery, killAt } from './after-kill.ts';
import { specMoment } from './kill-moments.ts';
import { createSpecProject } from './kill-project.ts';

describe('kill -9 of a run', () => {
  it.runIf(isSoak)(`when ${specMoment.when}`, async () => {
    const engine = await connectEngine({ env: processEnvironment() });
    await using project = await createSpecProject();
    const site = { engine, project };

    expect(await killAt(site, specMoment)).toEqual([]);

    await expectRecovery(site, { before: {}, after: {} });
    expect(new Set(Object.values(await project.tags())).size).toBe(1);
  });
});
