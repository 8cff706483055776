import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hardeningSchema } from '../config/hardening-schema.ts';
import { hardenReference, renderHardened, type HardenedImage } from './harden-image.ts';
import { createTestHost } from './testing/test-host.ts';

const found: HardenedImage = {
  image: 'app',
  ref: 'app:latest',
  hardening: hardeningSchema.parse({ read_only: true, volumes: ['/cache'], memory: '16m' }),
  starts: 9,
  refusals: ['It starts as root, and does not come up as another user.'],
  lock: '/project/seatrial.lock',
};

describe('seatrial harden', () => {
  it('writes no lock for what is no image of a project: OPTION_INVALID', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'seatrial-harden-'));
    const host = createTestHost(folder.path);

    const hardening = hardenReference(host, { image: 'nginx', isWritten: true });

    await expect(hardening).rejects.toMatchObject({ code: 'OPTION_INVALID', exitCode: 2 });
    await expect(hardening).rejects.toThrow('nginx is none that was built here');
  });

  it('tells people in three forms, what could not be had, and what a pod hides', () => {
    const text = renderHardened(found, 'text');

    expect(text).toContain('app comes up with (9 starts):\n  but: It starts as root');
    expect(text).toContain('docker run --read-only -v /cache --cap-drop ALL --memory 16m\n');
    expect(text).toContain('  read_only: true\n');
    expect(text).toContain('    readOnlyRootFilesystem: true\n');
    expect(text).toContain('an emptyDir hides what the image has in /cache');
    expect(text).toMatch(/Written to \/project\/seatrial\.lock\n$/u);
  });

  it('tells programs the same as one object', () => {
    expect(JSON.parse(renderHardened(found, 'json'))).toMatchObject({
      schema: 'seatrial.harden/1',
      image: 'app',
      hardening: { read_only: true, memory: 16 * 1024 ** 2 },
      starts: 9,
      docker: '--read-only -v /cache --cap-drop ALL --memory 16m',
    });
  });
});
