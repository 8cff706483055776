import { listeningSockets } from '../../engine/sockets.ts';
import { EngineError } from '../../engine/errors.ts';
import { measureWritten, sheltersIn } from './measure-written.ts';
import { PS_ARGUMENTS, toProcesses, type Process } from './processes.ts';
import { exerciseState } from './state-probe.ts';
import { exposedTcpPortsOf } from './subject.ts';
import { sightPort, type ListeningSocket } from './sockets-seen.ts';
import type { Classification } from './image-class.ts';
import type { FirstStart, ReadyRun } from './runs.ts';
import { talkTo } from './spoken.ts';
import type { StartOutcome } from './start-outcome.ts';
import type { Trial } from './trial.ts';

interface Found {
  readonly outcome: StartOutcome;
  readonly classification: Classification;
}

/** A first start whose sockets and processes are looked up when a check asks, once for all checks. */
export function observe(trial: Trial, containerId: string, found: Found): FirstStart {
  const isUp = found.outcome.state === 'ready' || found.outcome.state === 'timeout';
  return {
    ...found,
    sockets: once(async () => (isUp ? await settledSockets(trial, containerId, found) : [])),
    processes: once(async () => (isUp ? await processesOf(trial, containerId) : [])),
  };
}

/** What a start has to say is at the beginning; some services go on for ever. */
const MOST_LOG_CHARS = 256 * 1024;

/** The same for a container that is ready, and what it does when state is written. */
export function observeReady(trial: Trial, containerId: string, found: Found): ReadyRun {
  const { containers } = trial.scope.engine;
  const hasState = trial.subject.image.profile.state !== undefined;
  const before = once(async () => (hasState ? await containers.changes(containerId) : []));
  const log = once(async () => await containers.logs(containerId, { mostChars: MOST_LOG_CHARS }));
  const exercise = once(async () => {
    if (!hasState) return undefined;
    // What was written before tells the writes of the state from those of the start; and so does the log.
    await before();
    await Promise.allSettled([log()]);
    return exerciseState(trial, containerId);
  });
  const first = observe(trial, containerId, found);
  const written = once(async () => {
    await exercise();
    return measureWritten(trial, containerId, await before());
  });
  return {
    ...first,
    exercise,
    log,
    written,
    spoken: once(async () => {
      const sockets = await first.sockets();
      const listening = exposedTcpPortsOf(trial.subject).filter(
        (port) => sightPort(sockets, port) === 'reachable',
      );
      // What a stranger's request leaves in logs and files is not the image's doing.
      await Promise.allSettled([log(), written(), first.processes()]);
      return await talkTo(trial, containerId, listening);
    }),
    shelters: once(async () => {
      await exercise();
      return await sheltersIn(trial, containerId);
    }),
  };
}

export async function processesOf(
  { scope }: Trial,
  containerId: string,
): Promise<readonly Process[]> {
  const { containers } = scope.engine;
  const state = await containers.inspect(containerId);
  if (state === undefined || !state.isRunning) return [];
  try {
    return toProcesses(await containers.top(containerId, PS_ARGUMENTS), state.pid);
  } catch (error) {
    // The `ps` of the engine's machine (busybox) does not know the columns, or the container has just ended.
    if (error instanceof EngineError && NO_TABLE.has(error.code)) return [];
    throw error;
  }
}

const NO_TABLE: ReadonlySet<string> = new Set(['ENGINE_FAILED', 'ENGINE_REFUSED_REQUEST']);

/** A port may open a moment after the image says that it is ready. */
const SETTLE_MS = 3000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

async function settledSockets(
  trial: Trial,
  containerId: string,
  { outcome }: Found,
): Promise<readonly ListeningSocket[]> {
  const { clock, scope, signal, subject } = trial;
  const ports = exposedTcpPortsOf(subject);
  const deadlineMs = clock.monotonicMs() + (outcome.state === 'ready' ? SETTLE_MS : 0);
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const sockets = await listeningSockets(scope.engine, containerId);
    const isSettled = ports.every((port) => sightPort(sockets, port) === 'reachable');
    if (isSettled || clock.monotonicMs() >= deadlineMs) return sockets;
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** A fact that is looked up once, whoever asks first. */
function once<Value>(look: () => Promise<Value>): () => Promise<Value> {
  let looking: Promise<Value> | undefined;
  return () => {
    looking ??= look();
    return looking;
  };
}
