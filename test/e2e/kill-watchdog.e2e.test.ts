import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLEAN_WITHIN_MS, expectClean, expectRecovery, type KillSite } from './after-kill.ts';
import { interruptAt } from './command-line.ts';
import { momentWhen } from './kill-moments.ts';
import { openKillSite } from './kill-project.ts';
import { remainsOf, watchdogsOf } from './remains.ts';

let site: KillSite & AsyncDisposable;

beforeAll(async () => {
  site = await openKillSite();
});
afterAll(async () => await site[Symbol.asyncDispose]());

describe('kill -9 of a run and of its watchdog', () => {
  it.each([
    {
      when: 'a hook runs, with a container of its own',
      loses: ['container', 'file', 'process'],
    },
    {
      when: 'a script runs, with a container and a volume of its own',
      loses: ['container', 'network', 'volume', 'file'],
    },
    {
      when: 'a container is replaced on its volumes',
      loses: ['container', 'network', 'volume'],
    },
  ])('when $when: the next run cleans up', async ({ when, loses }) => {
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
  });
});
