import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { imageSchema } from '../../../config/schema.ts';
import { connectEngine } from '../../../engine/connect.ts';
import { openScope } from '../../../engine/scope.ts';
import { buildScratchImage } from '../../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../../host/environment.ts';
import { systemClock } from '../../../host/clock.ts';
import { isSoak } from '../../../host/testing/soak.ts';
import { hardenImage } from '../index.ts';
import { judgeImage } from '../judge-image.ts';
import { HTTPD, plain, serviceScript } from '../testing/trial-image.ts';

const engine = await connectEngine({ env: processEnvironment() });
const scope = await openScope({ engine, runId: `harden-${randomBytes(4).toString('hex')}` });
afterAll(async () => await scope.close());

const { ready, run } = imageSchema.parse({
  ready: { port: 8080, timeout: '10s' },
  // Fewer steps of memory to try.
  run: { memory: '32m' },
});
const place = {
  scope,
  projectFolder: '/',
  signal: new AbortController().signal,
  clock: systemClock,
};

/** Root, who writes to a folder of its own in which something is. */
function image(before: string): Parameters<typeof buildScratchImage>[1] {
  const script = serviceScript(HTTPD, { before: `set -e\n${before}` });
  return plain(script, { files: { '/cache/seed': 'from the image\n' } });
}

const FIRST = 'grep -q image /cache/seed; echo x > /cache/file';

describe('what an image needs at the least', () => {
  it.runIf(isSoak)('is found, and a build that needs more fails by it', async () => {
    await using first = await buildScratchImage(engine, image(FIRST));
    await using second = await buildScratchImage(engine, image(`${FIRST}; echo x > /etc/motd`));
    const tried: string[] = [];

    const found = await hardenImage({
      ...place,
      image: { name: 'app', ref: first.ref, record: first.record, profile: { ready, run } },
      onTry: (what) => tried.push(what),
    });

    expect(found.hardening).toMatchObject({
      read_only: true,
      tmpfs: [],
      volumes: ['/cache'],
      cap_add: [],
      no_new_privileges: true,
    });
    expect(found.hardening.user).toBeUndefined();
    expect(found.hardening.memory).toBeLessThanOrEqual(32 * 1024 ** 2);
    expect(found.refusals).toEqual(['It starts as root, and does not come up as another user.']);
    expect(found.starts).toBe(tried.length);
    const verdicts = await Promise.all(
      [first, second].map(async ({ ref, record }) => {
        const profile = { ready, run, hardening: found.hardening };
        const { cases } = await judgeImage({
          ...place,
          concurrency: 1,
          image: { name: 'app', ref, record, profile },
          settings: { only: ['hardened'], skip: {}, may_write: [] },
        });
        return cases.map(({ id, verdict }) => `${id}: ${verdict}`);
      }),
    );
    expect(verdicts).toEqual([['hardened: pass'], ['hardened: fail']]);
  });

  it('is not looked for where it does not come up, or is no service', async () => {
    await using broken = await buildScratchImage(engine, { command: ['/bin/false'] });
    const named = { name: 'app', ref: broken.ref, record: broken.record, profile: { ready, run } };

    const finding = hardenImage({ ...place, image: named, onTry: () => undefined });

    await expect(finding).rejects.toMatchObject({ code: 'HARDENING_IMPOSSIBLE', exitCode: 1 });
  });
});
