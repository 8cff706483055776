import { join } from 'node:path';
import type { Engine } from '../../src/engine/contract.ts';
import { readEvents } from '../../src/history/read-events.ts';
import { recordName } from '../../src/host/fault-point.ts';
import type { RunEvent } from '../../src/kernel/run-events.ts';
import { runSeatrial } from './command-line.ts';
import type { CrashProject } from './crash-project.ts';
import { sentBlobs, type Exchange } from './recorded-registry.ts';
import { remainsOf } from './remains.ts';
import { runsOf } from './sample-project.ts';
import { tagsOf, type ShipTarget, type TagDigests } from './ship-target.ts';

/** Where runs of one command are killed, each going on where the one before it died. */
export interface CrashSite {
  readonly engine: Engine;
  readonly project: CrashProject;
  /** Command and arguments. */
  readonly argv: readonly [string, ...string[]];
  /** Whether what is moved was tested, and sent, by a run before. @default false */
  readonly isTested?: boolean | undefined;
  /** What it ships to now. */
  target: ShipTarget;
  /** What the last run left on this machine and on the engine; absent where runs make nothing there. */
  left?: readonly string[] | undefined;
  /** Runs whose journals were read. */
  readonly seenRuns: Set<string>;
  /** Ids of images that had a case which passed, by the journals. */
  readonly judged: Set<string>;
  /** Of these, the ones whose suite passed as a whole. */
  readonly proven: Set<string>;
}

export interface CrashRun {
  /** `effect.intent ship:app tag stable:after`; absent for a run that nobody kills. */
  readonly point: string | undefined;
  /** Null when it was killed. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly events: readonly RunEvent[];
  readonly exchanges: readonly Exchange[];
  readonly before: TagDigests;
  readonly after: TagDigests;
  /** What the run before it had left, and is still there. */
  readonly stillLeft: readonly string[];
}

/** What only tells. A new kind of event is a record until it is named here. */
const TELLING: ReadonlySet<RunEvent['type']> = new Set([
  'plan.made',
  'build.vertex',
  'step.output',
  'notice',
]);

/** Names of the records in the journal of a run, in their order. */
export function recordsOf({ events }: CrashRun): readonly string[] {
  return events.filter(({ type }) => !TELLING.has(type)).map((event) => recordName(event));
}

/** Starts the command, which dies at the point unless it ends before. */
export async function runUntil(site: CrashSite, point?: string): Promise<CrashRun> {
  const { engine, project, target, left } = site;
  const [command, ...argv] = site.argv;
  const before = await tagsOf(target);
  target.recorder.take();
  const { exitCode, stdout, stderr } = await runSeatrial(argv, {
    folder: project.folder,
    command,
    env: {
      ...project.env,
      SEATRIAL_REGISTRY: target.registry,
      ...(point === undefined ? {} : { SEATRIAL_FAULT_POINT: point }),
    },
  });
  const exchanges = target.recorder.take();
  target.sentBlobs.push(...sentBlobs(exchanges));
  const after = await tagsOf(target);
  const events = await readNewJournals(site);
  if (left !== undefined) site.left = await remainsOf(project, engine);
  const stillLeft = left?.filter((line) => site.left?.includes(line)) ?? [];
  return {
    point,
    exitCode,
    output: stdout + stderr,
    events,
    exchanges,
    before,
    after,
    stillLeft,
  };
}

/** Not simply of the last run: ids of two in one second do not tell which was first. */
async function readNewJournals(site: CrashSite): Promise<readonly RunEvent[]> {
  const { folder } = site.project;
  const events: RunEvent[] = [];
  for (const run of await runsOf(folder)) {
    if (site.seenRuns.has(run)) continue;
    site.seenRuns.add(run);
    const journal = join(folder, '.seatrial', 'runs', run, 'events.jsonl');
    for await (const event of readEvents(journal)) events.push(event);
  }
  noteVerdicts(site, events);
  return events;
}

/** A pass counts when a case of that very image said so, in this run or in an earlier one. */
function noteVerdicts({ judged, proven }: CrashSite, events: readonly RunEvent[]): void {
  const tested = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'step.started') tested.set(event.step, event.inputs?.['image'] ?? '');
    if (isPass(event)) judged.add(tested.get(event.step) ?? '');
    const image = passedImageOf(event);
    if (image !== undefined && judged.has(image)) proven.add(image);
  }
}

function isPass(event: RunEvent): event is RunEvent & { type: 'case.finished' } {
  return event.type === 'case.finished' && event.case.verdict === 'pass';
}

/** Of a suite that passed, now or before. */
export function passedImageOf(event: RunEvent): string | undefined {
  if (event.type !== 'step.finished' || !event.step.startsWith('test:')) return undefined;
  return event.outcome === 'passed' || event.outcome === 'cached' ? event.imageId : undefined;
}
