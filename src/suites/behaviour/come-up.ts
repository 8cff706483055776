import type { ContainerState, Engine } from '../../engine/contract.ts';
import { EngineError } from '../../engine/errors.ts';
import { awaitReady } from '../../engine/readiness/await-ready.ts';
import type { NotReady, ReadyKind, ReadyResult } from '../../engine/readiness/contract.ts';
import { messageOf } from '../../kernel/errors.ts';
import { withLogFrom } from './log-from.ts';
import { awaitSomePorts, type SomePorts } from './some-ports.ts';
import { renderList } from './render.ts';
import { isRefusalOfImage } from './start-advice.ts';
import { exposedTcpPortsOf, type Subject } from './subject.ts';
import type { StartOutcome } from './start-outcome.ts';
import type { Trial } from './trial.ts';

/**
 * Starts a container, for the first time or again, and waits until it is ready, has ended, or its time is up.
 * An image that cannot be started is a value.
 */
export async function comeUp(trial: Trial, containerId: string): Promise<StartOutcome> {
  const { clock, scope } = trial;
  const engine = await withLogFrom(scope.engine, containerId, trial.subject);
  const startedMs = clock.monotonicMs();
  const refusal = await start(scope.engine, containerId);
  const durationMs = (): number => clock.monotonicMs() - startedMs;
  if (refusal !== undefined)
    return { state: 'refused', because: refusal, durationMs: durationMs() };
  const result = await wait(trial, engine, containerId);
  return toOutcome(result, trial.subject, durationMs());
}

/** The engine's reason, when it is the image's fault that the container cannot be started. */
async function start({ containers }: Engine, containerId: string): Promise<string | undefined> {
  try {
    await containers.start(containerId);
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const state = await containers.inspect(containerId);
    if (state === undefined || !isFaultOfImage(error, state)) throw error;
    return state.error === '' ? messageOf(error) : state.error;
  }
}

/** Engines say 500 for some of these. 126 and 127: the program is there and cannot be run, or is not there. */
function isFaultOfImage(error: EngineError, { exitCode, error: noted }: ContainerState): boolean {
  if (exitCode === 126 || exitCode === 127) return true;
  if (error.code === 'ENGINE_REFUSED_REQUEST' && noted !== '') return true;
  return error.code === 'ENGINE_FAILED' && isRefusalOfImage(noted === '' ? error.message : noted);
}

/** What is derived from EXPOSE asks for every port; some images open some of them only when asked to. */
async function wait(
  trial: Trial,
  engine: Engine,
  containerId: string,
): Promise<ReadyResult | SomePorts> {
  const { clock, signal, subject } = trial;
  const { profile, record } = subject.image;
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const ready = awaitReady({
    engine,
    containerId,
    image: record,
    ready: profile.ready,
    clock,
    signal: both,
  });
  try {
    return await Promise.race([ready, awaitSomePorts({ ...trial, signal: both }, containerId)]);
  } finally {
    over.abort();
    // The loser ends with the abort; what it says then is of no interest.
    await ready.catch(() => undefined);
  }
}

function toOutcome(
  result: ReadyResult | SomePorts,
  subject: Subject,
  durationMs: number,
): StartOutcome {
  if (result.state === 'ready') {
    return { state: 'ready', durationMs, because: because(result.by, subject) };
  }
  if (result.state === 'some') {
    const [open, closed] = [renderList(result.open), renderList(result.closed)];
    return {
      state: 'ready',
      durationMs,
      because: `port ${open} listens, and ${closed} stays closed`,
    };
  }
  if (result.state === 'exited') {
    const { exitCode, isOomKilled, lastLogLines } = result;
    const log = lastLogLines.join('\n');
    const last = lastLogLines.at(-1) ?? '';
    if (RUNTIME_REFUSAL.test(last)) return { state: 'refused', durationMs, because: last };
    return { state: 'exited', durationMs, exitCode, isOomKilled, log };
  }
  return {
    state: 'timeout',
    durationMs,
    because: `waited for ${result.waitedFor}${seenOf(result)}`,
    log: [...healthLines(result), ...result.lastLogLines.slice(-8)].join('\n'),
  };
}

/** What the runtime prints into the log when it is too late to tell the engine: the program could not be run. */
const RUNTIME_REFUSAL = /^(?:standard_init_linux\.go:\d+: )?exec (?:user process caused|\S+): /u;

/** What a port probe saw last is told better, and for all ports, from the sockets. */
function seenOf({ lastSeen }: NotReady): string {
  return lastSeen === undefined || /\bport \d+\b/u.test(lastSeen) ? '' : `; ${lastSeen}`;
}

function healthLines({ lastHealthOutput = '' }: NotReady): readonly string[] {
  const text = lastHealthOutput.trim();
  return text === ''
    ? []
    : text
        .split('\n')
        .slice(-4)
        .map((line) => `health check: ${line}`);
}

function because(by: ReadyKind, subject: Subject): string {
  const { ready } = subject.image.profile;
  const clauses: Readonly<Record<ReadyKind, string>> = {
    health: 'its health check says healthy',
    log: 'its log has the line that `ready.log` waits for',
    port: `port ${renderList(ready?.port === undefined ? exposedTcpPortsOf(subject) : [ready.port])} listens`,
    http: `it answers \`${ready?.http ?? ''}\``,
    exit: `it ended with exit code ${ready?.exit ?? 0}, as \`ready.exit\` says`,
    quiet: 'it runs and its log is quiet',
  };
  return clauses[by];
}
