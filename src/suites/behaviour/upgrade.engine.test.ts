import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { imageSchema } from '../../config/schema.ts';
import { connectEngine } from '../../engine/connect.ts';
import { openScope } from '../../engine/scope.ts';
import { buildScratchImage, type ScratchImageOptions } from '../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../host/environment.ts';
import { judgeImage } from './judge-image.ts';
import { HTTPD, serviceScript, state, stateful } from './testing/trial-image.ts';

const engine = await connectEngine({ env: processEnvironment() });
const scope = await openScope({ engine, runId: `upgrade-${randomBytes(4).toString('hex')}` });
afterAll(async () => await scope.close());

const CHECKS = ['upgrade', 'same-ids', 'rollback'];

/** What is said of the image after the release. */
async function verdicts(
  release: ScratchImageOptions,
  candidate: ScratchImageOptions,
): Promise<Readonly<Record<string, string>>> {
  await using old = await buildScratchImage(engine, release);
  await using image = await buildScratchImage(engine, candidate);
  const { ready, run, state: stated } = imageSchema.parse({ state, ready: { timeout: '5s' } });
  const { cases } = await judgeImage({
    scope,
    projectFolder: '/',
    signal: new AbortController().signal,
    concurrency: 1,
    settings: { only: CHECKS, skip: {}, may_write: [] },
    image: {
      name: 'app',
      ref: image.ref,
      record: image.record,
      profile: { ready, run, state: stated },
      previous: { ref: old.ref, record: old.record },
    },
  });
  return Object.fromEntries(cases.map(({ id, verdict }) => [id, verdict]));
}

/** Keeps a number of its format beside its data, and refuses one that it does not know. */
function version(number: string, more: string): string {
  return serviceScript(HTTPD, {
    before: `[ ! -f /data/format ] || grep -q '[${number}]' /data/format || { echo unknown format; exit 3; }
${more}
echo ${number.at(-1) ?? ''} > /data/format`,
  });
}

describe('an image on the volumes of the last release', () => {
  it('takes over, and cannot be rolled back from a newer format; its user has another number', async () => {
    const folder = { isFolder: true, uid: 10_002, gid: 10_002, mode: 0o777 } as const;
    const found = await verdicts(
      stateful({ script: version('1', 'chmod 777 /data; umask 0') }),
      stateful({ script: version('12', 'umask 0'), user: '10002', files: { '/data': folder } }),
    );

    expect(found).toEqual({ upgrade: 'pass', 'same-ids': 'fail', rollback: 'fail' });
  });
});
