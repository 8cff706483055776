import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { processEnvironment } from '../host/environment.ts';
import { isThere } from '../host/files.ts';
import { connectEngine } from './connect.ts';
import { findLeftovers, removeLeftovers, sweep } from './leftovers.ts';
import { startTicksOf, whereabouts } from './owner.ts';
import { folderName } from './temporary-folders.ts';
import { buildScratchImage, type ScratchImage } from './testing/scratch-image.ts';

const engine = await connectEngine({ env: processEnvironment() });
const holder = fileURLToPath(new URL('fixtures/scope-holder.ts', import.meta.url));
const heldSchema = z.object({
  container: z.string(),
  volume: z.string(),
  folder: z.string(),
  network: z.string(),
  group: z.number(),
  watchdog: z.number(),
});
let image: ScratchImage;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'seatrial-watchdog-test-'));
  image = await buildScratchImage(engine, { entrypoint: ['/bin/sleep', '600'] });
});

afterAll(async () => {
  await image[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

async function holdScope(runId: string) {
  const child = spawn(process.execPath, [holder, image.record.id, runId, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = z.tuple([z.string()]).parse(await once(createInterface(child.stdout), 'line'));
  return { child, held: heldSchema.parse(JSON.parse(line)) };
}

async function killHard(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** What is left of a holder, by kind. */
async function remainsOf(runId: string, held: z.output<typeof heldSchema>) {
  const objects = await engine.objects.list([`seatrial.run=${runId}`]);
  const remains = objects.map(({ kind }): string => kind);
  if (await isThere(held.folder)) remains.push('folder');
  if (startTicksOf(held.group) !== undefined) remains.push('group');
  return remains.sort();
}

const EVERYTHING = ['container', 'folder', 'group', 'network', 'volume'];

test('after kill -9 of the owner the watchdog removes everything within 5 seconds', async () => {
  const runId = randomUUID();
  const { child, held } = await holdScope(runId);
  const before = await remainsOf(runId, held);

  await killHard(child);

  await expect.poll(() => remainsOf(runId, held), { timeout: 5000, interval: 50 }).toEqual([]);
  expect(before).toEqual(EVERYTHING);
  await expect
    .poll(() => startTicksOf(held.watchdog), { timeout: 10_000, interval: 50 })
    .toBeUndefined();
});

test('the watchdog outlives the signals of a terminal', async () => {
  const runId = randomUUID();
  const { child, held } = await holdScope(runId);
  process.kill(held.watchdog, 'SIGINT');
  process.kill(held.watchdog, 'SIGTERM');
  process.kill(held.watchdog, 'SIGHUP');

  await killHard(child);

  await expect.poll(() => remainsOf(runId, held), { timeout: 5000, interval: 50 }).toEqual([]);
});

test('when the watchdog is killed too, the next sweep removes everything', async () => {
  const runId = randomUUID();
  const { child, held } = await holdScope(runId);
  process.kill(held.watchdog, 'SIGKILL');
  await killHard(child);
  const before = await remainsOf(runId, held);

  const { kept } = await sweep(engine, { temporaryRoot: root });

  const after = await remainsOf(runId, held);
  expect(before).toEqual(EVERYTHING);
  expect(kept).toEqual([]);
  expect(after).toEqual([]);
});

test('objects of a process that is alive are no leftovers', async () => {
  const runId = randomUUID();
  const { child, held } = await holdScope(runId);

  const found = await findLeftovers(engine, { temporaryRoot: root });

  const remains = await remainsOf(runId, held);
  await killHard(child);
  await expect.poll(() => remainsOf(runId, held), { timeout: 5000 }).toEqual([]);
  expect(found.filter((each) => 'runId' in each && each.runId === runId)).toEqual([]);
  expect(found.map(({ name }) => name)).not.toContain(held.folder);
  expect(remains).toEqual(EVERYTHING);
});

test('two sweeps at the same time both succeed', async () => {
  const runId = randomUUID();
  const { child, held } = await holdScope(runId);
  process.kill(held.watchdog, 'SIGKILL');
  await killHard(child);

  const sweeps = await Promise.all([1, 2, 3].map(() => sweep(engine, { temporaryRoot: root })));

  const after = await remainsOf(runId, held);
  expect(sweeps.flatMap(({ kept }) => kept)).toEqual([]);
  expect(after).toEqual([]);
});

const here = whereabouts();

interface ForeignCase {
  readonly what: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isLeftover: boolean;
}

const DEAD = `${here.owner.bootId}/${here.owner.pidNamespace}/4194999/1`;
const HOUR_MS = 3_600_000;
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();
const foreignCases: readonly ForeignCase[] = [
  { what: 'without our labels', labels: {}, isLeftover: false },
  { what: 'with a run label alone', labels: { 'seatrial.run': 'x' }, isLeftover: false },
  {
    what: 'of a dead process of this machine',
    labels: ours({ owner: DEAD, host: here.hostId, created: hoursAgo(0) }),
    isLeftover: true,
  },
  {
    what: 'of an earlier boot of this machine',
    labels: ours({ owner: 'earlier/1/1/1', host: here.hostId, created: hoursAgo(0) }),
    isLeftover: true,
  },
  {
    what: 'of another machine, made an hour ago',
    labels: ours({ owner: DEAD, host: 'another', created: hoursAgo(1) }),
    isLeftover: false,
  },
  {
    what: 'of another machine, made 25 hours ago',
    labels: ours({ owner: DEAD, host: 'another', created: hoursAgo(25) }),
    isLeftover: true,
  },
  {
    what: 'of another pid namespace of this machine, made an hour ago',
    labels: ours({
      owner: `${here.owner.bootId}/1/4194999/1`,
      host: here.hostId,
      created: hoursAgo(1),
    }),
    isLeftover: false,
  },
  {
    what: 'with labels that nobody of ours wrote',
    labels: ours({ owner: 'me', host: here.hostId, created: 'yesterday' }),
    isLeftover: false,
  },
];

function ours(values: { owner: string; host: string; created: string }) {
  return {
    'seatrial.run': 'test',
    'seatrial.owner': values.owner,
    'seatrial.host': values.host,
    'seatrial.created': values.created,
  };
}

test.each(foreignCases)(
  'a volume $what: leftover is $isLeftover',
  async ({ labels, isLeftover }) => {
    const name = `seatrial-test-${randomUUID()}`;
    await engine.objects.createVolume(name, labels);

    const found = (await findLeftovers(engine, { temporaryRoot: root })).filter(
      (each) => each.name === name,
    );
    const kept = await removeLeftovers(engine, found);

    const isLeft = (await engine.objects.list([])).some((object) => object.name === name);
    await engine.objects.remove({ kind: 'volume', id: name, name, labels });
    expect(found).toHaveLength(isLeftover ? 1 : 0);
    expect(kept).toEqual([]);
    expect(isLeft).toBe(!isLeftover);
  },
);

test('a folder of a dead process is removed, one of another pid namespace only after a day', async () => {
  const dead = join(root, folderName({ ...here.owner, pid: 4_194_999, startTicks: '1' }, 's.a'));
  const other = join(root, folderName({ ...here.owner, pidNamespace: '1' }, 's.b'));
  const own = join(root, folderName(here.owner, 's.c'));
  await Promise.all([dead, other, own].map((path) => mkdir(path, { recursive: true })));
  const tomorrow = new Date(Date.now() + 25 * HOUR_MS);

  const today = await findLeftovers(engine, { temporaryRoot: root });
  const later = await findLeftovers(engine, { temporaryRoot: root, now: tomorrow });

  await Promise.all([dead, other, own].map((path) => rm(path, { recursive: true })));
  const foldersOf = (found: typeof today) =>
    found.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
  expect(foldersOf(today)).toEqual([dead]);
  expect(foldersOf(later).sort()).toEqual([dead, other].sort());
});
