import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { configSchema, type ImageProfile } from '../../config/schema.ts';
import { behaviourSuiteSchema } from '../../config/suite-schema.ts';
import { parseYamlSource } from '../../config/yaml-source.ts';
import { connectEngine } from '../../engine/connect.ts';
import { openScope } from '../../engine/scope.ts';
import { buildScratchImage, type ScratchImage } from '../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../host/environment.ts';
import { isSoak } from '../../host/testing/soak.ts';
import { checkImage, type CheckedImage } from './index.ts';
import { hasPostgres, postgresImage } from './testing/postgres-image.ts';

const engine = await connectEngine({ env: processEnvironment() });
const isPossible = isSoak && (await hasPostgres());

async function check(image: ScratchImage, profile?: ImageProfile): Promise<CheckedImage> {
  const runId = `needs-config-${randomBytes(4).toString('hex')}`;
  await using scope = await openScope({ engine, runId });
  const settings = behaviourSuiteSchema.parse({ group: 'full' });
  return await checkImage({
    ref: image.ref,
    scope,
    projectFolder: '/',
    signal: new AbortController().signal,
    concurrency: 2,
    profile,
    settings: settings === false ? undefined : settings,
  });
}

/** The lines that a skip tells people to add, as a configuration reads them. */
function profileOf(fix: string): ImageProfile | undefined {
  const lines = fix.slice(fix.indexOf('\n') + 1);
  const { images } = configSchema.parse(parseYamlSource('seatrial.yaml', lines).value);
  const [image] = Object.values(images);
  return image && { run: image.run };
}

describe.runIf(isPossible)('PostgreSQL as Debian has it, without a password', () => {
  it(
    'gives one skip with the lines to add, and with them all checks are judged',
    { timeout: 900_000 },
    async () => {
      await using image = await buildScratchImage(engine, await postgresImage());

      const without = await check(image);
      const told = without.cases.filter(
        ({ fix, isStatic }) => fix !== undefined && isStatic !== true,
      );
      const added = await check(image, profileOf(told[0]?.fix ?? ''));

      expect(without.class).toBe('needs-config');
      expect(told.map(({ id, verdict }) => [id, verdict])).toEqual([['starts', 'skip']]);
      expect(without.cases.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
      expect(added.class).toBe('service');
      const blamed = added.cases.filter(
        ({ verdict, severity }) =>
          verdict === 'lost' || (verdict === 'fail' && severity === 'error'),
      );
      expect(blamed).toEqual([]);
      const reasons = added.cases.map(({ reason }) => reason ?? '');
      expect(reasons.filter((reason) => reason.includes('needs settings'))).toEqual([]);
      const verdicts = new Map(added.cases.map(({ id, verdict }) => [id, verdict]));
      for (const id of [
        'starts',
        'ports-listen',
        'stops',
        'restarts',
        'volumes-persist',
        'kill-replace',
      ])
        expect(`${id} ${verdicts.get(id) ?? ''}`).toBe(`${id} pass`);
    },
  );
});
