import type { Scope } from '../../engine/scope-contract.ts';
import { refusalOf } from '../start-refusal.ts';
import { MOST_OUTPUT_CHARS, type ProgramEnd } from './command-end.ts';

export interface ProgramRun {
  readonly scope: Scope;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly create: () => Promise<string>;
  /** Told once there is a container, before anything runs in it. */
  readonly onCreated?: ((id: string) => Promise<void>) | undefined;
  /** What to do with the container when its program has ended, before it is removed. */
  readonly onEnded?: ((id: string, exitCode: number) => Promise<void>) | undefined;
}

/** Enough of an endless output to see what it was. */
const LAST_LINES = 40;

/**
 * The life of one container: created, run to its end, removed.
 * @throws the reason of the signal, and {EngineError} when the engine is at fault and not the program
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const { containers } = run.scope.engine;
  let id: string | undefined;
  try {
    id = await run.create();
    await run.onCreated?.(id);
    await containers.start(id);
    const end = await endOf(id, run);
    if (end.state === 'ended') await run.onEnded?.(id, end.exitCode);
    return end;
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    return { state: 'not-started', reason };
  } finally {
    if (id !== undefined) await containers.remove(id);
  }
}

async function endOf(id: string, { scope, signal, timeoutMs }: ProgramRun): Promise<ProgramEnd> {
  const { containers } = scope.engine;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const exitCode = await containers.wait(id, AbortSignal.any([signal, late.signal]));
    const [stdout, stderr] = await Promise.all([
      containers.logs(id, { source: 'stdout', mostChars: MOST_OUTPUT_CHARS }),
      containers.logs(id, { source: 'stderr', mostChars: MOST_OUTPUT_CHARS }),
    ]);
    return { state: 'ended', exitCode, stdout, stderr };
  } catch (error) {
    if (!late.signal.aborted || signal.aborted) throw error;
    return {
      state: 'timed-out',
      timeoutMs,
      lastLines: await containers.logs(id, { tail: LAST_LINES }),
    };
  } finally {
    clearTimeout(timer);
  }
}
