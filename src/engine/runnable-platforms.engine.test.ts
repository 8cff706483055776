import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processEnvironment } from '../host/environment.ts';
import { isThere } from '../host/files.ts';
import { connectEngine } from './connect.ts';
import type { Engine } from './contract.ts';
import { createRunnablePlatforms } from './runnable-platforms.ts';
import { openScope, type OpenScope } from './scope.ts';

const engine = await connectEngine({ env: processEnvironment() });
let scope: OpenScope;

beforeAll(async () => {
  scope = await openScope({ engine, runId: randomUUID() });
});

afterAll(async () => {
  await scope.close();
});

describe('whether the engine runs a platform', () => {
  it('is not tried for its own, whatever the variant, nor for one that there is no program for', async () => {
    const none: Engine = {
      ...engine,
      images: { ...engine.images, load: () => Promise.reject(new Error('tried')) },
    };
    const { os, architecture } = engine.info.platform;
    const runnable = createRunnablePlatforms({ ...scope, engine: none });

    expect(await runnable.supportOf(`${os}/${architecture}`)).toBe('native');
    expect(await runnable.supportOf(`${os}/${architecture}/v8`)).toBe('native');
    expect(await runnable.supportOf('plan9/mips')).toBe('unknown');
    expect(await runnable.supportOf('arm64')).toBe('unknown');
  });

  it('is told by a program of it that really runs: the machine may do more than the engine says', async () => {
    const { os, architecture } = engine.info.platform;
    const other: Engine = {
      ...engine,
      info: { ...engine.info, platform: { os, architecture: 'none' } },
    };
    let created = 0;
    const runnable = createRunnablePlatforms({
      ...scope,
      engine: other,
      createContainer: async (spec) => {
        created += 1;
        return await scope.createContainer(spec);
      },
    });

    const answers = await Promise.all([
      runnable.supportOf(`${os}/${architecture}`),
      runnable.supportOf(`${os}/${architecture}`),
    ]);

    expect(answers).toEqual(['emulated', 'emulated']);
    expect(created).toBe(1);
  });

  it('is denied when the program does not run', async () => {
    const foreign = engine.info.platform.architecture === 'arm64' ? 'amd64' : 'arm64';
    const interpreter = foreign === 'arm64' ? 'qemu-aarch64' : 'qemu-x86_64';
    const isRegistered = await isThere(`/proc/sys/fs/binfmt_misc/${interpreter}`);

    const support = await createRunnablePlatforms(scope).supportOf(`linux/${foreign}`);

    expect(support).toBe(isRegistered ? 'emulated' : 'impossible');
  });
});
