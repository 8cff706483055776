import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../host/clock.ts';
import { systemCodeOf } from '../kernel/errors.ts';
import type { RunEvent } from '../kernel/run-events.ts';
import { EVENTS_FILE } from './event-log.ts';
import { parseLine } from './read-events.ts';
import { isRunId } from './run-id.ts';
import { ownerLiveness } from './run-owner.ts';

type RunFinished = Extract<RunEvent, { type: 'run.finished' }>;

/** `died` when its process ended without saying so: `kill -9`, power cut. */
export type RunState = RunFinished['outcome'] | 'running' | 'died';

export interface RunRecord {
  readonly id: string;
  readonly folder: string;
  readonly eventsPath: string;
  readonly state: RunState;
  /** Absent, with all below, when the run died before its first event was written. */
  readonly command?: string | undefined;
  /** ISO 8601. */
  readonly startedAt?: string | undefined;
  readonly commit?: string | undefined;
  readonly provider?: string | undefined;
  /** Absent unless it finished. */
  readonly durationMs?: number | undefined;
  readonly exitCode?: number | undefined;
}

export interface RunsPlace {
  /** `<project>/.seatrial`. */
  readonly folder: string;
  readonly clock: Clock;
}

/** A run whose process cannot be seen from here counts as running while its log was written this recently. */
const UNSEEN_SILENCE_MS = 3_600_000;
/** Enough for `run.started`, and for `run.finished` with what follows it. */
const EDGE_BYTES = 65_536;

/** All runs of the project, newest first. Empty when there was none. */
export async function listRuns(place: RunsPlace): Promise<readonly RunRecord[]> {
  const names = await runNames(place.folder);
  return await Promise.all(names.map(async (id) => await describeRun(place, id)));
}

/** The newest run; absent when there is none. */
export async function latestRun(place: RunsPlace): Promise<RunRecord | undefined> {
  const [id] = await runNames(place.folder);
  return id === undefined ? undefined : await describeRun(place, id);
}

/**
 * Removes all but the newest runs. A run whose process is alive stays, however old it is.
 * @returns ids of the removed runs
 */
export async function pruneRuns(place: RunsPlace, keep = 50): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const id of (await runNames(place.folder)).slice(keep)) {
    const run = await describeRun(place, id);
    if (run.state === 'running') continue;
    await rm(run.folder, { recursive: true, force: true });
    removed.push(id);
  }
  return removed;
}

async function runNames(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(join(folder, 'runs'));
    return names.filter(isRunId).sort().toReversed();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function describeRun(place: RunsPlace, id: string): Promise<RunRecord> {
  const folder = join(place.folder, 'runs', id);
  const eventsPath = join(folder, EVENTS_FILE);
  const edges = await readEdges(eventsPath);
  const started = edges?.events.find((event) => event.type === 'run.started');
  const finished = edges?.events.findLast((event) => event.type === 'run.finished');
  return {
    id,
    folder,
    eventsPath,
    state: finished?.outcome ?? (await stateOfUnfinished(place, folder)),
    command: started?.command,
    startedAt: started?.at,
    commit: started?.commit,
    provider: started?.provider,
    durationMs: finished?.durationMs,
    exitCode: finished?.exitCode,
  };
}

async function stateOfUnfinished(place: RunsPlace, folder: string): Promise<RunState> {
  const liveness = await ownerLiveness(folder);
  if (liveness !== 'unknown') return liveness === 'alive' ? 'running' : 'died';
  return (await silenceMs(place, folder)) < UNSEEN_SILENCE_MS ? 'running' : 'died';
}

async function silenceMs(place: RunsPlace, folder: string): Promise<number> {
  for (const path of [join(folder, EVENTS_FILE), folder]) {
    try {
      return place.clock.now().getTime() - (await stat(path)).mtimeMs;
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error;
    }
  }
  return Number.POSITIVE_INFINITY;
}

/** First and last events, without reading what lies between. Absent when there is no log. */
async function readEdges(path: string): Promise<{ events: readonly RunEvent[] } | undefined> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const head = await file.read(Buffer.alloc(EDGE_BYTES), 0, EDGE_BYTES, 0);
    const headText = head.buffer.toString('utf8', 0, head.bytesRead);
    if (size <= EDGE_BYTES) return { events: parseEdge(headText, path) };
    const tail = await file.read(Buffer.alloc(EDGE_BYTES), 0, EDGE_BYTES, size - EDGE_BYTES);
    const tailText = tail.buffer.toString('utf8', 0, tail.bytesRead);
    return {
      events: [
        ...parseEdge(headText.slice(0, headText.indexOf('\n') + 1), path),
        ...parseEdge(tailText.slice(tailText.indexOf('\n') + 1), path),
      ],
    };
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Only run events are looked at, so a damaged line between them does not hide a run from the list. */
function parseEdge(text: string, path: string): readonly RunEvent[] {
  return text.split('\n').flatMap((line, index, all): readonly RunEvent[] => {
    if (!line.includes('"type":"run.')) return [];
    const event = parseLine(line, { path, number: index + 1, isWhole: index < all.length - 1 });
    return event === undefined ? [] : [event];
  });
}
