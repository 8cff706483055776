import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/contract.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { interruptAt, parseEvent, runSeatrial, type EventOfRun } from './command-line.ts';
import {
  createKillProject,
  createSpecProject,
  killMoments,
  matches,
  specMoment,
  type KillMoment,
  type KillProject,
} from './kill-project.ts';
import { openPool, type Pool } from './pool.ts';
import { draftsOf, remainsOf, watchdogsOf } from './remains.ts';
import { runsOf } from './sample-project.ts';

/** Two processors: more projects at the same time would only wait for each other. */
const PROJECTS = 3;
/** After the next command starts. */
const CLEAN_WITHIN_MS = 15_000;

let engine: Engine;
let projects: Pool<KillProject>;

beforeAll(async () => {
  engine = await connectEngine({ env: processEnvironment() });
  projects = openPool(PROJECTS, async () => {
    const project = await createKillProject();
    const first = await runSeatrial(['ci'], project.at);
    if (first.exitCode === 0) return project;
    await project[Symbol.asyncDispose]();
    throw new Error(`the sound project fails: ${first.stdout}${first.stderr}`);
  });
});

afterAll(async () => await projects[Symbol.asyncDispose]());

describe.concurrent('kill -9 of a run', () => {
  test.for(killMoments)('when $when', async (moment) => {
    await projects.use(async (project) => {
      expect(await digestsAfterKill(project, moment)).toHaveLength(1);
    });
  });

  test(`when ${specMoment.when}`, async () => {
    await using project = await createSpecProject();

    expect(await digestsAfterKill(project, specMoment)).toHaveLength(1);
  });
});

/**
 * Kills a run at a moment of it: nothing remains, no tag points to what was not tested, and the next run succeeds.
 * Returns what the tags point to then.
 */
async function digestsAfterKill(
  project: KillProject,
  { change, is, moved = [] }: KillMoment,
): Promise<readonly string[]> {
  const before = await project.tags();
  await project.change(change);

  const killed = await interruptAt(['ci'], project.at, {
    moment: { is },
    act: (pid) => process.kill(pid, 'SIGKILL'),
  });
  const after = await project.tags();
  const events = await lastEvents(project);

  expect(killed, killed.stdout).toMatchObject({ wasReached: true, exitCode: null });
  expectOnlyTestedMoves(events, { before, after });
  for (const tag of moved) expect(after[tag]).not.toBe(before[tag]);

  // This command looks and removes nothing by itself.
  const nextStartedMs = performance.now();
  const next = await runSeatrial(['clean', '--dry-run'], project.at);
  expect(next.exitCode, next.stderr).toBe(0);
  await expectClean(project, CLEAN_WITHIN_MS - (performance.now() - nextStartedMs));

  await expectRecovery(project, { before, after });
  return [...new Set(Object.values(await project.tags()))];
}

describe.concurrent('kill -9 of a run and of its watchdog', () => {
  test.for([
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
    const { change, is } = momentWhen(when);
    await projects.use(async (project) => {
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
        expectRecovery(project, { before, after: before }),
        expectClean(project, CLEAN_WITHIN_MS, (line) => left.includes(line)),
      ]);
    });
  });
});

describe.concurrent('a run that is told to end', () => {
  test.for([
    { signal: 'SIGINT', when: 'a RUN step runs on the engine' },
    { signal: 'SIGTERM', when: 'a hook runs, with a container of its own' },
    { signal: 'SIGTERM', when: 'a script runs, with a container and a volume of its own' },
    { signal: 'SIGINT', when: 'a container is replaced on its volumes' },
    { signal: 'SIGTERM', when: 'the first tag is about to move' },
  ] as const)('by $signal when $when leaves nothing', async ({ signal, when }) => {
    const moment = momentWhen(when);
    await projects.use(async (project) => {
      const before = await project.tags();
      await project.change(moment.change);
      let toldMs = 0;

      const ended = await interruptAt(['ci'], project.at, {
        moment,
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
      await expectRecovery(project, { before, after });
    });
  });
});

function momentWhen(when: string): KillMoment {
  const moment = killMoments.find((each) => each.when === when);
  if (moment === undefined) throw new Error(`there is no moment when ${when}`);
  return moment;
}

type Tags = Readonly<Record<string, string>>;

interface Around {
  readonly before: Tags;
  readonly after: Tags;
}

/** A tag that moved did so after every suite had passed for exactly that image (G1, G4). */
function expectOnlyTestedMoves(events: readonly EventOfRun[], { before, after }: Around): void {
  const moved = Object.keys(after).filter((tag) => after[tag] !== before[tag]);
  if (moved.length === 0) return;
  const intent = events.findIndex(matches({ type: 'effect.intent' }));
  const passed = events
    .slice(0, intent)
    .filter(matches({ type: 'step.finished', outcome: /^(?:passed|cached)$/u }))
    .map(({ step }) => step);
  expect(passed).toEqual(
    expect.arrayContaining(['test:base:script', 'test:app:behaviour', 'test:app:script']),
  );
}

/** The next run succeeds, tests what the tags point to now, and ends in the same tags. */
async function expectRecovery(project: KillProject, { before, after }: Around): Promise<void> {
  const next = await runSeatrial(['ci'], project.at);

  expect(next.exitCode, next.stdout + next.stderr).toBe(0);
  const tags = await project.tags();
  expect(Object.keys(tags).sort()).toEqual(['sample/app:7', 'sample/app:latest']);
  const [digest, ...others] = new Set(Object.values(tags));
  expect(others).toEqual([]);
  expect(Object.values(before)).not.toContain(digest);
  for (const tag of Object.keys(tags)) expect([before[tag], digest]).toContain(after[tag]);
  expect(await remainsOf(project, engine)).toEqual([]);
  expect(await draftsOf(project)).toEqual([]);
}

async function expectClean(
  project: KillProject,
  withinMs: number,
  isOurs: (line: string) => boolean = () => true,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const left = (await remainsOf(project, engine)).filter(isOurs);
    if (left.length === 0) return;
    if (performance.now() > deadlineMs) throw new Error(`still there: ${left.join(', ')}`);
    await pause(50);
  }
}

async function lastEvents(project: KillProject): Promise<readonly EventOfRun[]> {
  const run = (await runsOf(project.folder)).at(-1) ?? '';
  const text = await readFile(
    join(project.folder, '.seatrial', 'runs', run, 'events.jsonl'),
    'utf8',
  );
  // What follows the last line feed was cut off by the kill.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => parseEvent(line));
}
