import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Engine } from '../../src/engine/contract.ts';
import { interruptAt, parseEvent, runSeatrial, type EventOfRun } from './command-line.ts';
import { matches, type KillMoment } from './kill-moments.ts';
import type { KillProject } from './kill-project.ts';
import { draftsOf, remainsOf, type RunPlace } from './remains.ts';
import { runsOf } from './sample-project.ts';

/** After the next command starts. */
export const CLEAN_WITHIN_MS = 15_000;

/** What each tag points to. */
export type Tags = Readonly<Record<string, string>>;

/** A project that runs are killed in, and the engine that must be clean afterwards. */
export interface KillSite {
  readonly engine: Engine;
  readonly project: KillProject;
}

/**
 * Kills a run at a moment of it: nothing remains, and no tag points to what was not tested. Returns the tags that
 * had moved.
 */
export async function killAt(
  site: KillSite,
  { change, is }: KillMoment,
): Promise<readonly string[]> {
  const { project } = site;
  const before = await project.tags();
  if (change !== undefined) await project.change(change);

  const killed = await interruptAt(['ci'], project.at, {
    moment: { is },
    act: (pid) => process.kill(pid, 'SIGKILL'),
  });
  const after = await project.tags();
  const events = await lastEvents(project);

  expect(killed, killed.stdout).toMatchObject({ wasReached: true, exitCode: null });
  expectOnlyTestedMoves(events, { before, after });

  // This command looks and removes nothing by itself.
  const nextStartedMs = performance.now();
  const next = await runSeatrial(['clean', '--dry-run'], project.at);
  expect(next.exitCode, next.stderr).toBe(0);
  await expectClean(site, { withinMs: CLEAN_WITHIN_MS - (performance.now() - nextStartedMs) });
  return movedTags({ before, after });
}

function movedTags({ before, after }: Around): readonly string[] {
  return Object.keys(after).filter((tag) => after[tag] !== before[tag]);
}

export interface Around {
  readonly before: Tags;
  readonly after: Tags;
}

/** A tag that moved did so after every suite had passed for exactly that image (G1, G4). */
export function expectOnlyTestedMoves(
  events: readonly EventOfRun[],
  { before, after }: Around,
): void {
  if (movedTags({ before, after }).length === 0) return;
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
export async function expectRecovery(
  { engine, project }: KillSite,
  { before, after }: Around,
): Promise<void> {
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

export async function expectClean(
  { engine, project }: { readonly engine: Engine; readonly project: RunPlace },
  expected: { readonly withinMs: number; readonly isOurs?: (line: string) => boolean },
): Promise<void> {
  const { withinMs, isOurs = () => true } = expected;
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const left = (await remainsOf(project, engine)).filter(isOurs);
    if (left.length === 0) return;
    if (performance.now() > deadlineMs) throw new Error(`still there: ${left.join(', ')}`);
    await pause(50);
  }
}

export async function lastEvents(project: KillProject): Promise<readonly EventOfRun[]> {
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
