import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { imageSchema } from '../../config/schema.ts';
import { behaviourSuiteSchema } from '../../config/suite-schema.ts';
import { connectEngine } from '../../engine/connect.ts';
import { openScope } from '../../engine/scope.ts';
import { buildScratchImage, type ScratchImage } from '../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../host/environment.ts';
import { isSoak } from '../../host/testing/soak.ts';
import { checkImage } from './index.ts';
import { trialTables } from './testing/trial-tables.ts';
import type { TrialImage } from './testing/trial-image.ts';

/** One of each kind, and one that fails. */
const IMAGES = [
  'an HTTP server',
  'a tool that does its work and ends',
  'a base image with a shell',
  'a server with a volume and no state block',
  'a program that ignores SIGTERM',
];
const RUNS = 20;

const engine = await connectEngine({ env: processEnvironment() });
const scope = await openScope({ engine, runId: `steady-${randomBytes(4).toString('hex')}` });
afterAll(async () => await scope.close());

/** A hundred runs: `make soak` has the time. */
describe('`standard`, run after run', () => {
  it.runIf(isSoak).concurrent.each(trials())(
    'says the same of $is each time',
    { timeout: 1_800_000 },
    async (trial) => {
      await using image = await buildScratchImage(engine, trial.image);
      const first = await verdictsOf(trial, image);

      for (let run = 2; run <= RUNS; run++)
        expect(await verdictsOf(trial, image), `run ${String(run)}`).toBe(first);

      expect(first).toContain('starts: pass');
    },
  );
});

function trials(): readonly TrialImage[] {
  const all = trialTables.flatMap(([, table]) => table);
  return IMAGES.map((name) => {
    const trial = all.find(({ is }) => is === name);
    if (trial === undefined) throw new Error(`no image is ${name}`);
    return trial;
  });
}

async function verdictsOf(trial: TrialImage, image: ScratchImage): Promise<string> {
  const { ready, run, state } = imageSchema.parse({ ...trial.profile });
  const settings = behaviourSuiteSchema.parse({ group: 'standard' });
  const { class: imageClass, cases } = await checkImage({
    ref: image.ref,
    scope,
    projectFolder: '/',
    profile: { ready, run, state },
    settings: settings === false ? undefined : settings,
    signal: new AbortController().signal,
    concurrency: 2,
  });
  const verdicts = cases.map(({ id, verdict }) => `${id}: ${verdict}`).sort();
  return [imageClass, ...verdicts].join('\n');
}
