import type { NotReady, Probe, ReadyOptions, ReadyResult } from './contract.ts';
import { selectProbe } from './probes.ts';

const TIMEOUT_MS = 60_000;
const LOG_LINES = 20;

/**
 * Waits until a started container is ready, has ended, or the time is up, whichever comes first. All three are
 * values.
 * @throws {EngineError} READY_SETTING_INVALID, or what the engine fails with; or the reason of `signal`.
 */
export async function awaitReady(options: ReadyOptions): Promise<ReadyResult> {
  const { engine, containerId, clock } = options;
  const probe = selectProbe(options.ready, options.image);
  const startedMs = clock.monotonicMs();
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  let lastSeen: string | undefined;
  const saw = (what: string): void => void (lastSeen = what);
  try {
    options.signal.throwIfAborted();
    const end = await Promise.race([
      probe.wait({ engine, containerId, clock, signal, saw }).then(() => 'ready' as const),
      engine.containers.wait(containerId, signal).then((exitCode) => ({ exitCode })),
      clock.sleep(options.ready?.timeout ?? TIMEOUT_MS, signal).then(() => 'timeout' as const),
    ]);
    const afterMs = clock.monotonicMs() - startedMs;
    if (isReady(end, probe)) return { state: 'ready', by: probe.kind, afterMs };
    const state = end === 'timeout' ? 'timeout' : 'exited';
    const waitedFor = probe.waitsFor;
    return { state, afterMs, waitedFor, lastSeen, ...(await readPicture(options)) };
  } catch (error) {
    options.signal.throwIfAborted();
    throw error;
  } finally {
    over.abort();
  }
}

type End = 'ready' | 'timeout' | { readonly exitCode: number };

function isReady(end: End, probe: Probe): boolean {
  if (typeof end === 'string') return end === 'ready';
  return probe.acceptsExit?.(end.exitCode) ?? false;
}

type Picture = Omit<NotReady, 'state' | 'afterMs' | 'waitedFor' | 'lastSeen'>;

async function readPicture({ engine, containerId }: ReadyOptions): Promise<Picture> {
  const [state, log] = await Promise.all([
    engine.containers.inspect(containerId),
    engine.containers.logs(containerId, { tail: LOG_LINES }),
  ]);
  return {
    exitCode: state?.exitCode ?? -1,
    isOomKilled: state?.isOomKilled ?? false,
    error: state?.error ?? '',
    lastLogLines: log.trimEnd() === '' ? [] : log.trimEnd().split('\n'),
    lastHealthOutput: state?.health?.lastOutput,
  };
}
