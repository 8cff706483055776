import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectOnlyTestedMoves,
  expectRecovery,
  lastEvents,
  type KillSite,
  type Tags,
} from './after-kill.ts';
import { interruptAt } from './command-line.ts';
import { momentWhen } from './kill-moments.ts';
import { openKillSite } from './kill-project.ts';
import { remainsOf } from './remains.ts';

let site: KillSite & AsyncDisposable;
let shipped: Tags;

beforeAll(async () => {
  site = await openKillSite();
  shipped = await site.project.tags();
});
afterAll(async () => await site[Symbol.asyncDispose]());

describe('a run that is told to end', () => {
  it.each([
    { signal: 'SIGINT', when: 'a RUN step runs on the engine' },
    { signal: 'SIGTERM', when: 'a hook runs, with a container of its own' },
    { signal: 'SIGTERM', when: 'a script runs, with a container and a volume of its own' },
    { signal: 'SIGINT', when: 'a container is replaced on its volumes' },
    { signal: 'SIGTERM', when: 'the first tag is about to move' },
  ] as const)('by $signal when $when leaves nothing', async ({ signal, when }) => {
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
  });

  it('and the run after it succeeds', async () => {
    await expectRecovery(site, { before: shipped, after: await site.project.tags() });

    expect(new Set(Object.values(await site.project.tags())).size).toBe(1);
  });
});
