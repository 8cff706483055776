import { expect, test } from 'vitest';
import { isKeepTag, isReservedTag } from '../kernel/reserved-tags.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { openPipelineBench, uniqueImage, type PipelineBench } from './testing/pipeline-bench.ts';

const DOCKERFILE = `FROM scratch
COPY busybox content /bin/
CMD ["/bin/busybox", "true"]
`;
const PASSES = '#!/bin/sh\nexit 0\n';
const FAILS = '#!/bin/sh\nexit 1\n';

async function openTwoImages(registry: FaultyRegistry): Promise<PipelineBench> {
  const bench = await openPipelineBench({
    Dockerfile: DOCKERFILE,
    content: '1',
    'one.sh': PASSES,
    'two.sh': PASSES,
  });
  const name = uniqueImage(bench);
  const image = (each: string): string => `  ${name}-${each}:
    labels: { which: '${each}' }
    suites: { behaviour: false, script: ${each}.sh }
    ship: { repository: app/${each}, tags: ['{build}', latest] }
`;
  await bench.write(
    'seatrial.yaml',
    `registry: ${registry.host}\ndefault_branch: main\nimages:\n${image('one')}${image('two')}`,
  );
  return bench;
}

function ciOf(buildNumber: string, committedAt: string) {
  return {
    ci: { provider: 'local', isFork: false, branch: 'main', buildNumber, committedAt },
  } as const;
}

async function latestOf(
  registry: FaultyRegistry,
  image: 'one' | 'two',
): Promise<string | undefined> {
  const repository = registry.open({ repository: `${registry.host}/app/${image}` });
  return (await repository.manifests.read('latest'))?.digest;
}

function shipOf(run: Awaited<ReturnType<PipelineBench['run']>>, image: string) {
  return [...run.results].find(([id]) => id.startsWith('ship:') && id.endsWith(image))?.[1];
}

test('images of a run ship together, or not at all: one that fails its tests holds back the tags of the other', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openTwoImages(registry);
  await bench.write('two.sh', FAILS);

  const failed = await bench.run('ship', ciOf('1', '2026-01-01T00:00:00Z'));
  const tagsAfterFailure = [await latestOf(registry, 'one'), await latestOf(registry, 'two')];
  await bench.write('two.sh', PASSES);
  const passed = await bench.run('ship', ciOf('1', '2026-01-01T00:00:00Z'));
  const again = await bench.run('ship', ciOf('1', '2026-01-01T00:00:00Z'));

  expect(failed.exitCode).toBe(1);
  expect(shipOf(failed, 'one')?.outcome).toBe('skipped');
  expect(shipOf(failed, 'one')?.reason).toMatch(/^no tag was moved: ship:.+-two is not ready/u);
  expect(tagsAfterFailure).toEqual([undefined, undefined]);
  expect(shipOf(passed, 'one')).toMatchObject({ outcome: 'passed' });
  expect(shipOf(passed, 'two')).toMatchObject({ outcome: 'passed' });
  expect(await latestOf(registry, 'one')).toBe(shipOf(passed, 'one')?.digest);
  expect(shipOf(again, 'two')).toMatchObject({ outcome: 'cached', moved: [] });
});

test('a registry that fails in the middle of the tags gets them back, and the next run finishes', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openTwoImages(registry);
  // Two candidates, two records, `1` of both images; then `latest` of the first is refused.
  registry.faults.set([
    { on: 'manifest.put', action: { kind: 'status', status: 403 }, after: 6, times: 1 },
  ]);

  const failed = await bench.run('ship', ciOf('1', '2026-01-01T00:00:00Z'));
  const tags = await registry.open({ repository: `${registry.host}/app/two` }).tags.list();
  const next = await bench.run('ship', ciOf('1', '2026-01-01T00:00:00Z'));

  expect(failed.exitCode).toBe(3);
  expect(shipOf(failed, 'one')).toMatchObject({ outcome: 'lost', moved: [] });
  expect(shipOf(failed, 'two')).toMatchObject({ outcome: 'skipped', moved: [] });
  expect(shipOf(failed, 'two')?.reason).toMatch(/^no tag was moved: .+app\/one failed/u);
  expect(failed.events).toContainEqual(
    expect.objectContaining({
      type: 'notice',
      message: `${registry.host}/app/two:1 was brought back`,
    }),
  );
  expect(tags).toEqual([]);
  expect(next.exitCode).toBe(0);
  expect(await latestOf(registry, 'two')).toBe(shipOf(next, 'two')?.digest);
});

test('a run for an older commit leaves latest where it is, says why, and is green', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openTwoImages(registry);
  await bench.run('ship', ciOf('2', '2026-02-02T00:00:00Z'));
  const newer = await latestOf(registry, 'one');
  await bench.write('content', 'older');

  const older = await bench.run('ship', ciOf('1', '2026-01-01T00:00:00Z'));
  const conflict = await bench.run('ship', ciOf('2', '2026-01-01T00:00:00Z'));
  const olderAgain = await bench.run('ship', ciOf('1', '2026-01-01T00:00:00Z'));
  const allowed = await bench.run('ship', {
    ...ciOf('1', '2026-01-01T00:00:00Z'),
    mayGoBack: true,
  });

  expect(older.exitCode).toBe(0);
  expect(shipOf(older, 'one')).toMatchObject({
    outcome: 'passed',
    moved: [`${registry.host}/app/one:1`],
    refs: [`${registry.host}/app/one:1`],
  });
  const notices = older.events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
  expect(notices.join('\n')).toMatch(/^not moved: `latest` is at .+ of the newer commit/mu);
  expect(shipOf(olderAgain, 'one')?.outcome).toBe('skipped');
  expect(shipOf(olderAgain, 'one')?.reason).toMatch(/^superseded: `latest` /u);
  expect(conflict.exitCode).toBe(1);
  expect(shipOf(conflict, 'one')?.error).toMatchObject({ code: 'TAG_IMMUTABLE_CONFLICT' });
  expect(shipOf(conflict, 'two')).toMatchObject({ outcome: 'skipped' });
  expect(shipOf(allowed, 'one')).toMatchObject({ outcome: 'passed' });
  expect(await latestOf(registry, 'one')).not.toBe(newer);
});

test('an image with a secret in it is not pushed: SECRET_IN_IMAGE; one that is allowed ships as configured, and is kept for rollbacks', async () => {
  await using registry = await startFaultyRegistry();
  await using bench = await openTwoImages(registry);
  const ship = `ship: { repository: app/one, tags: [latest], keep: 1 }`;
  const image = (more: string): string => `registry: ${registry.host}
default_branch: main
images:
  ${uniqueImage(bench)}-one:
    args: { DEPLOY_TOKEN: abcdef }
    suites: { behaviour: false, script: one.sh }
    ${more}
`;
  await bench.write(
    'Dockerfile',
    `${DOCKERFILE}ARG DEPLOY_TOKEN\nENV DEPLOY_TOKEN=$DEPLOY_TOKEN\n`,
  );
  await bench.write('seatrial.yaml', image(ship));

  const refused = await bench.run('ship', ciOf('1', '2026-01-01T00:00:00Z'));
  const pushed = registry.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  await bench.write(
    'seatrial.yaml',
    image(ship.replace(' }', ', not_secret: { DEPLOY_TOKEN: made up for this test } }')),
  );
  const allowed = await bench.run('ship', ciOf('1', '2026-01-01T00:00:00Z'));

  expect(refused).toMatchObject({ outcome: 'failed', exitCode: 1 });
  expect(shipOf(refused, 'one')?.error).toMatchObject({ code: 'SECRET_IN_IMAGE' });
  expect(JSON.stringify(refused.events)).not.toContain('abcdef');
  expect(pushed).toEqual([]);
  expect(shipOf(allowed, 'one')).toMatchObject({ outcome: 'passed' });
  const tags = await registry.open({ repository: `${registry.host}/app/one` }).tags.list();
  expect(tags.filter((tag) => !isReservedTag(tag))).toEqual(['latest']);
  expect(tags.filter(isKeepTag)).toHaveLength(1);
});
