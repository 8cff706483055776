import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packageCommand, packageCompileCache } from '../../scripts/local-package.ts';

const eventSchema = z.record(z.string(), z.unknown());

/** The command as it is published. */
export const BIN = packageCommand;

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface CommandPlace {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** @default the command as it is published */
  readonly command?: string;
}

/** Starts the command as a person would, with colours off and in a process group of its own. */
export function startSeatrial(argv: readonly string[], place: CommandPlace): ChildProcess {
  return spawn(place.command ?? BIN, argv, {
    cwd: place.folder,
    env: {
      ...withoutCi(process.env),
      NO_COLOR: '1',
      NODE_COMPILE_CACHE: packageCompileCache,
      ...place.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

export async function runSeatrial(
  argv: readonly string[],
  place: CommandPlace,
): Promise<CommandResult> {
  const startedMs = performance.now();
  const child = startSeatrial(argv, place);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  await once(child, 'close');
  return {
    exitCode: child.exitCode,
    stdout: stdout.join(''),
    stderr: stderr.join(''),
    durationMs: performance.now() - startedMs,
  };
}

/** Where the suite itself runs must not change what is tested. */
function withoutCi(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(?:CI|BUILD_NUM|GITHUB_|CIRCLE|SEATRIAL_|VITEST)/u.test(name),
    ),
  );
}

function collect(stream: NodeJS.ReadableStream | null): string[] {
  const pieces: string[] = [];
  stream?.setEncoding('utf8').on('data', (text: string) => pieces.push(text));
  return pieces;
}

export type EventOfRun = Readonly<Record<string, unknown>>;

/** One line of `events.jsonl`. */
export function parseEvent(line: string): EventOfRun {
  return eventSchema.parse(JSON.parse(line));
}

export interface Moment {
  /** Whether an event of the run is the one. */
  readonly is: (event: EventOfRun) => boolean;
}

export interface Interruption extends CommandResult {
  /** Whether the moment came before the command ended. */
  readonly wasReached: boolean;
}

/** Starts a run and does something to its process as soon as a certain event of it is written. */
export async function interruptAt(
  argv: readonly string[],
  place: CommandPlace,
  interruption: { readonly moment: Moment; readonly act: (pid: number) => void },
): Promise<Interruption> {
  const before = new Set(await listRuns(place.folder));
  const startedMs = performance.now();
  const child = startSeatrial(argv, place);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const ended = once(child, 'close');
  const stop = new AbortController();
  void ended.then(() => stop.abort());
  const { moment, act } = interruption;
  const wasReached = await followEvents({ place, before, moment, signal: stop.signal });
  if (wasReached && child.pid !== undefined) act(child.pid);
  await ended;
  return {
    wasReached,
    exitCode: child.exitCode,
    stdout: stdout.join(''),
    stderr: stderr.join(''),
    durationMs: performance.now() - startedMs,
  };
}

async function followEvents(follow: {
  readonly place: CommandPlace;
  readonly before: ReadonlySet<string>;
  readonly moment: Moment;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  const runs = join(follow.place.folder, '.seatrial', 'runs');
  while (!follow.signal.aborted) {
    const id = (await listRuns(follow.place.folder)).find((run) => !follow.before.has(run));
    if (id === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      continue;
    }
    return await followFile(join(runs, id, 'events.jsonl'), follow.moment, follow.signal);
  }
  return false;
}

async function followFile(path: string, moment: Moment, signal: AbortSignal): Promise<boolean> {
  const file = await openWhenThere(path, signal);
  if (file === undefined) return false;
  let rest = '';
  try {
    while (!signal.aborted) {
      const { bytesRead, buffer } = await file.read();
      if (bytesRead === 0) {
        await change(path, signal);
        continue;
      }
      const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
      rest = lines.pop() ?? '';
      if (lines.some((line) => moment.is(parseEvent(line)))) return true;
    }
    return false;
  } finally {
    await file.close();
  }
}

async function openWhenThere(
  path: string,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof open>> | undefined> {
  while (!signal.aborted) {
    try {
      return await open(path, 'r');
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  return undefined;
}

async function change(path: string, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const watcher = watch(path, done);
    const timer = setTimeout(done, 20);
    function done(): void {
      clearTimeout(timer);
      watcher.close();
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

async function listRuns(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(join(folder, '.seatrial', 'runs'))).sort();
  } catch {
    return [];
  }
}
