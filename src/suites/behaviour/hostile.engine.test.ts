import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { imageSchema } from '../../config/schema.ts';
import { connectEngine } from '../../engine/connect.ts';
import type { Scope } from '../../engine/scope-contract.ts';
import { openScope } from '../../engine/scope.ts';
import { buildScratchImage, type ScratchImage } from '../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../host/environment.ts';
import type { Case } from '../../kernel/verdict.ts';
import { fileSizeOf, firstEntryOf } from './container-files.ts';
import { checkImage } from './index.ts';

const engine = await connectEngine({ env: processEnvironment() });

async function withScope<Result>(work: (scope: Scope) => Promise<Result>): Promise<Result> {
  const runId = `hostile-${randomBytes(4).toString('hex')}`;
  await using scope = await openScope({ engine, runId });
  return await work(scope);
}

async function judge(image: ScratchImage): Promise<readonly Case[]> {
  return await withScope(async (scope) => {
    const { cases } = await checkImage({
      ref: image.ref,
      scope,
      projectFolder: '/',
      signal: AbortSignal.timeout(60_000),
      concurrency: 2,
      profile: imageSchema.parse({ ready: { timeout: '2s' } }),
      settings: undefined,
    });
    return cases;
  });
}

test('an image that exposes twenty thousand ports is judged in bounded time', async () => {
  await using image = await buildScratchImage(engine, {
    command: ['/bin/sleep', '1000'],
    exposedPorts: Array.from({ length: 20_000 }, (_, index) => index + 1),
    healthcheck: { test: ['CMD', '/bin/false'], intervalMs: 1, timeoutMs: 1 },
  });

  const cases = await judge(image);

  expect(cases.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id)).not.toContain(
    'starts',
  );
  expect(cases.some(({ verdict }) => verdict === 'fail')).toBe(true);
  expect(JSON.stringify(cases).length).toBeLessThan(200_000);
});

test('an image with a volume at its root passes nothing that takes a container, and the engine says why', async () => {
  await using image = await buildScratchImage(engine, {
    command: ['/bin/sleep', '1000'],
    volumes: ['/'],
  });

  const cases = await judge(image);

  const passed = cases.filter(({ verdict }) => verdict === 'pass');
  expect(passed.filter(({ isStatic }) => isStatic !== true)).toEqual([]);
  expect(cases.find(({ id }) => id === 'volumes')?.verdict).toBe('fail');
  expect(cases[0]?.message).toContain("destination can't be '/'");
});

test('what is copied out of a container follows no link and is read up to a limit', async () => {
  await using image = await buildScratchImage(engine);

  await withScope(async (scope) => {
    const command = [
      '/bin/sh',
      '-c',
      'mkdir /d; ln -s /etc/passwd /d/link; ln -s ../../../../etc /d/up; mkfifo /d/pipe; ' +
        'yes | head -c 30000000 > /d/large; echo made; sleep 1000',
    ];
    const id = await scope.createContainer({ image: image.record.id, purpose: 'files', command });
    await engine.containers.start(id);
    while (!(await engine.containers.logs(id)).includes('made'));

    const large = await firstEntryOf(engine, id, '/d/large');
    const link = await firstEntryOf(engine, id, '/d/link');

    expect(large?.content.length).toBe(64 * 1024);
    expect(link).toMatchObject({ header: { type: 'symlink' }, content: '' });
    expect(await fileSizeOf(engine, id, '/d/large')).toBe(30_000_000);
    expect(await fileSizeOf(engine, id, '/d/pipe')).toBeUndefined();
    expect(await fileSizeOf(engine, id, '/d/up')).toBeUndefined();
  });
});
