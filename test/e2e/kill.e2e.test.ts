import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSoak } from '../../src/host/testing/soak.ts';
import {
  CLEAN_WITHIN_MS,
  expectClean,
  expectOnlyTestedMoves,
  expectRecovery,
  killAt,
  lastEvents,
  type KillSite,
  type Tags,
} from './after-kill.ts';
import { interruptAt } from './command-line.ts';
import {
  buildingMoments,
  momentWhen,
  movingMoments,
  shippingMoments,
  testingMoments,
  type KillMoment,
} from './kill-moments.ts';
import { openKillSite } from './kill-project.ts';
import { remainsOf, watchdogsOf } from './remains.ts';

function isTried({ isStoodFor }: Pick<KillMoment, 'isStoodFor'>): boolean {
  return isSoak || isStoodFor !== true;
}

let site: KillSite & AsyncDisposable;

beforeAll(async () => {
  site = await openKillSite();
});
afterAll(async () => await site[Symbol.asyncDispose]());

describe('kill -9 of a run', () => {
  describe.each([
    ['before anything is tested', buildingMoments],
    ['while it is tested', testingMoments],
    ['while it is shipped', shippingMoments],
  ])('%s', (_, moments) => {
    let before: Tags;
    beforeAll(async () => {
      before = await site.project.tags();
    });

    it.each(moments.filter(isTried))('when $when', async (moment) => {
      const moved = await killAt(site, moment);

      // The last moment is just before the first tag moves.
      expect(moved.length).toBeLessThanOrEqual(moment === shippingMoments.at(-1) ? 1 : 0);
    });

    it('again and again: the next one succeeds', async () => {
      await expectRecovery(site, { before, after: await site.project.tags() });

      expect(new Set(Object.values(await site.project.tags())).size).toBe(1);
    });
  });

  it.each(movingMoments)('when $when: the next one ends right', async (moment) => {
    const before = await site.project.tags();

    const moved = await killAt(site, moment);

    expect(moved).toEqual(expect.arrayContaining([...(moment.moved ?? [])]));
    await expectRecovery(site, { before, after: await site.project.tags() });
  });
});

const orphans: readonly { when: string; loses: readonly string[]; isStoodFor?: true }[] = [
  {
    when: 'a hook runs, with a container of its own',
    loses: ['container', 'file', 'process'],
    isStoodFor: true,
  },
  {
    when: 'a container is replaced on its volumes',
    loses: ['container', 'network', 'volume'],
    isStoodFor: true,
  },
  {
    when: 'a script runs, with a container and a volume of its own',
    loses: ['container', 'network', 'volume', 'file'],
  },
];

describe('kill -9 of a run and of its watchdog', () => {
  it.each(orphans.filter(isTried))(
    'when $when: the next run cleans up',
    async ({ when, loses }) => {
      const { project, engine } = site;
      const { change = 'app', is } = momentWhen(when);
      const before = await project.tags();
      await project.change(change);
      const watchdogs: number[] = [];

      const killed = await interruptAt(['ci'], project.at, {
        moment: { is },
        act: (pid) => {
          watchdogs.push(...watchdogsOf(pid));
          for (const each of [...watchdogs, pid]) process.kill(each, 'SIGKILL');
        },
      });
      const left = await remainsOf(project, engine);

      expect(killed.wasReached).toBe(true);
      expect(watchdogs).toHaveLength(1);
      // Else this proves nothing.
      for (const each of loses) expect(left.join('\n')).toContain(`${each} `);
      await Promise.all([
        expectRecovery(site, { before, after: before }),
        expectClean(site, { withinMs: CLEAN_WITHIN_MS, isOurs: (line) => left.includes(line) }),
      ]);
    },
  );
});

const endings: readonly {
  readonly signal: NodeJS.Signals;
  readonly when: string;
  readonly isStoodFor?: true;
}[] = [
  { signal: 'SIGINT', when: 'a RUN step runs on the engine' },
  { signal: 'SIGTERM', when: 'a hook runs, with a container of its own', isStoodFor: true },
  { signal: 'SIGTERM', when: 'a script runs, with a container and a volume of its own' },
  { signal: 'SIGINT', when: 'a container is replaced on its volumes', isStoodFor: true },
  { signal: 'SIGTERM', when: 'the first tag is about to move', isStoodFor: true },
];

describe('a run that is told to end', () => {
  let shipped: Tags;
  beforeAll(async () => {
    shipped = await site.project.tags();
  });

  it.each(endings.filter(isTried))(
    'by $signal when $when leaves nothing',
    async ({ signal, when }) => {
      const { project, engine } = site;
      const { change = 'app', is } = momentWhen(when);
      const before = await project.tags();
      await project.change(change);
      let toldMs = 0;

      const ended = await interruptAt(['ci'], project.at, {
        moment: { is },
        act: (pid) => {
          toldMs = performance.now();
          // As Ctrl-C does: the whole process group of the terminal.
          process.kill(signal === 'SIGINT' ? -pid : pid, signal);
        },
      });
      const tookMs = performance.now() - toldMs;
      const after = await project.tags();

      expect(ended, ended.stdout + ended.stderr).toMatchObject({ wasReached: true, exitCode: 4 });
      expect(ended.stderr).toContain(`${signal}, cleaning up`);
      expect(ended.stdout).toContain('Cancelled after');
      expect(tookMs).toBeLessThan(5000);
      expect(await remainsOf(project, engine)).toEqual([]);
      expectOnlyTestedMoves(await lastEvents(project), { before, after });
    },
  );

  it('and the run after it succeeds', async () => {
    await expectRecovery(site, { before: shipped, after: await site.project.tags() });

    expect(new Set(Object.values(await site.project.tags())).size).toBe(1);
  });
});
