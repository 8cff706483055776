import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildMortalPackage,
  mortalPackageFolder,
  packageFolder,
} from '../../scripts/local-package.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { isSoak } from '../../src/host/testing/soak.ts';
import type { EngineObject } from '../../src/engine/contract.ts';
import { serveRegistry, type ServedRegistry } from '../../src/registry/embedded/serve-registry.ts';
import { startCncfRegistry, type CncfRegistry } from '../../src/registry/testing/cncf-registry.ts';
import { faultPointsIn } from '../fault-points-in.ts';
import { endOf, type EndState } from './after-crash.ts';
import { openHandSite } from './crash-by-hand.ts';
import { createCrashProject } from './crash-project.ts';
import { recordsOf, runUntil, type CrashSite } from './crash-run.ts';
import { crashThrough } from './crash-through.ts';
import { recordRegistry } from './recorded-registry.ts';
import { openTarget } from './ship-target.ts';

/** Ships what was built and tested, in a process of its own. */
const SHIP_MAIN = 'test/ship-main';
const shipOnly = [process.execPath, join(mortalPackageFolder, 'dist', `${SHIP_MAIN}.js`)] as const;

const opened = new AsyncDisposableStack();
let embedded: ServedRegistry;
let distribution: CncfRegistry;
/** Where one run went to its end. Each test goes on in a copy. */
let finished: CrashSite;
let records: readonly string[];
let undisturbed: EndState;

beforeAll(async () => {
  await buildMortalPackage({ [SHIP_MAIN]: 'test/e2e/ship-main.ts' });
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-crash-'));
  opened.defer(async () => await rm(folder, { recursive: true, force: true }));
  embedded = opened.use(await serveRegistry({ folder }));
  distribution = opened.use(await startCncfRegistry());
  finished = {
    engine: await connectEngine({ env: processEnvironment() }),
    project: opened.use(await createCrashProject()),
    argv: [join(mortalPackageFolder, 'bin', 'seatrial'), 'ci'],
    target: await openTarget(opened.use(await recordRegistry(embedded.host)), 'finished'),
    seenRuns: new Set(),
    judged: new Set(),
    proven: new Set(),
  };
  const run = await runUntil(finished);
  if (run.exitCode !== 0) throw new Error(`the sound project fails: ${run.output}`);
  records = recordsOf(run);
  undisturbed = await endOf(finished, run);
});
afterAll(async () => await opened.disposeAsync());

describe('kill -9 before and after each record of the journal', () => {
  it('of a run on a real engine, and of its steps', async () => {
    await using site = await openSite(embedded.host, 'steps');
    site.left = [];
    await using foreign = await makeForeign(site);
    await site.project.change();

    await crashThrough(site, {
      records: records.filter((record) => !isOfEffect(record)),
      undisturbed,
      renewals: [async () => await site.project.change()],
    });

    expect(await foreign.isThere()).toBe(true);
  });

  // Nothing has reached a registry before an intent: the second is asked about what was done to it.
  it.concurrent.each([
    ['the embedded registry', () => embedded, 'effect.'],
    ['CNCF Distribution', () => distribution, isSoak ? 'effect.done ' : 'effect.done ship:app tag'],
  ] as const)('of what is done to %s', async (_, registry, kind) => {
    await using site = await openSite(registry().host, 'effects', shipOnly);
    const effects = records.filter((record) => record.startsWith(kind));
    let moves = 0;

    await crashThrough(site, {
      records: effects,
      undisturbed,
      // To a repository that nothing was shipped to.
      renewals: [
        async () => {
          moves += 1;
          site.target = await openTarget(site.target.recorder, `effects-${String(moves)}`);
        },
      ],
    });

    expect(effects).toContain('effect.done ship:app tag stable');
  });
});

describe('kill -9 before and after each record of what is done by hand', () => {
  // A rollback goes the way of a promotion, which stands for it.
  it.concurrent.each([
    ['promote', isSoak ? 'effect.' : 'effect.done '],
    ...(isSoak
      ? ([
          ['rollback', 'effect.'],
          ['yank', 'effect.'],
        ] as const)
      : []),
  ] as const)('by %s', async (command, kind) => {
    await using shipping = await openSite(embedded.host, command, shipOnly);
    const program = join(mortalPackageFolder, 'bin', 'seatrial');
    const { site, moveBack } = await openHandSite(shipping, { program, command });
    const first = await runUntil(site);
    const end = await endOf(site, first);
    await moveBack();

    await crashThrough(site, {
      records: recordsOf(first).filter((record) => new RegExp(`^${kind}`, 'u').test(record)),
      undisturbed: end,
      renewals: [moveBack],
    });

    expect(end.exitCode, first.output).toBe(0);
    expect(end.tags['stable']).toBe(command === 'yank' ? 'old' : 'tested');
  });
});

describe('fault points', () => {
  it('are in the bundle that these tests make, and not in the one that is published', async () => {
    expect(await faultPointsIn(mortalPackageFolder)).toEqual(
      expect.arrayContaining(['SEATRIAL_FAULT_POINT', 'reachFaultPoint']),
    );
    expect(await faultPointsIn(packageFolder)).toEqual([]);
  });
});

/** The project as the first run left it, and a repository that it did not ship to. */
async function openSite(
  registry: string,
  folder: string,
  argv: CrashSite['argv'] = finished.argv,
): Promise<CrashSite & AsyncDisposable> {
  const recorder = await recordRegistry(registry);
  const project = await finished.project.copy();
  return {
    ...finished,
    project,
    argv,
    target: await openTarget(recorder, folder),
    seenRuns: new Set(finished.seenRuns),
    judged: new Set(finished.judged),
    proven: new Set(finished.proven),
    [Symbol.asyncDispose]: async () => {
      await recorder[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
    },
  };
}

/** Told before it is done to a registry and after. */
function isOfEffect(record: string): boolean {
  return record.startsWith('effect.');
}

/** A network, a volume and a container of somebody else. */
async function makeForeign({
  engine,
  project,
  proven,
}: CrashSite): Promise<AsyncDisposable & { isThere(): Promise<boolean> }> {
  const name = `foreign-${project.id}`;
  const labels = { [name]: '' };
  const [image = ''] = proven;
  await engine.objects.createNetwork(name, labels);
  await engine.objects.createVolume(name, labels);
  await engine.containers.create({ image, name, labels, network: name });
  const list = async (): Promise<readonly EngineObject[]> => await engine.objects.list([name]);
  return {
    isThere: async () => (await list()).length === 3,
    [Symbol.asyncDispose]: async () => {
      // The container first: the others are its own.
      for (const object of await list()) await engine.objects.remove(object);
    },
  };
}
