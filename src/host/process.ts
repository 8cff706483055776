import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import type { Environment } from './environment.ts';

export interface ProcessOptions {
  readonly cwd?: string | undefined;
  /** The whole environment of the child: nothing is inherited besides it. */
  readonly env: Environment;
  readonly stdin?: string | undefined;
  /** Kills the whole process group when it aborts: SIGTERM, and SIGKILL 5 seconds later. */
  readonly signal?: AbortSignal | undefined;
  /** @default no limit */
  readonly timeoutMs?: number | undefined;
  /** Called with each piece of stdout and stderr, in the order of arrival. */
  readonly onOutput?: ((text: string) => void) | undefined;
  /** Told the process group id once the child runs, so that a scope can own it. */
  readonly onStart?: ((pgid: number) => void) | undefined;
  /** Of the captured output, the last bytes are kept. @default 1 MiB */
  readonly maxOutputBytes?: number | undefined;
}

/** A failure has the same shape as a success. */
export interface ProcessResult {
  /** 127 when the file could not be started, 128 + number when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  /** stdout and stderr, interleaved. */
  readonly output: string;
  readonly durationMs: number;
  readonly isTimedOut: boolean;
  readonly isCancelled: boolean;
  /** Why it could not be started; absent when it ran. */
  readonly startError?: string | undefined;
}

const KILL_AFTER_MS = 5000;
/** How long a process that left the group may still hold the output open after the program has ended. */
const OUTPUT_AFTER_END_MS = 1000;

/**
 * Runs a program in a process group of its own and waits for its end. Never throws for what the program
 * does. Arguments go straight to the program: no shell is involved.
 */
export async function runProcess(
  file: string,
  argv: readonly string[],
  options: ProcessOptions,
): Promise<ProcessResult> {
  const startedMs = performance.now();
  const child = spawn(file, argv, {
    cwd: options.cwd,
    env: { ...options.env },
    detached: true,
    stdio: 'pipe',
  });
  // A program that does not read its input is none the worse for it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const group = superviseGroup(child.pid, options);
  const maxBytes = options.maxOutputBytes ?? 1024 ** 2;
  const stdout = createTail(maxBytes);
  const output = createTail(maxBytes);
  const decoder = new StringDecoder('utf8');
  child.stdout.on('data', stdout.push);
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      output.push(bytes);
      options.onOutput?.(decoder.write(bytes));
    });
  let openOutput: NodeJS.Timeout | undefined;
  child.once('exit', () => {
    group.release();
    openOutput = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, OUTPUT_AFTER_END_MS);
  });
  const startError = await endOf(child);
  clearTimeout(openOutput);
  const endedBy = group.release();
  return {
    exitCode: startError === undefined ? exitCodeOf(child) : 127,
    stdout: stdout.text(),
    output: output.text(),
    durationMs: performance.now() - startedMs,
    isTimedOut: endedBy === 'timeout',
    isCancelled: endedBy === 'signal',
    ...(startError === undefined ? {} : { startError }),
  };
}

/** Resolves when the program has ended and its output is read; with a reason when it could not be started. */
async function endOf(child: ChildProcess): Promise<string | undefined> {
  return await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(undefined));
  });
}

/** Keeps the last bytes of what is pushed. */
function createTail(maxBytes: number): { push: (bytes: Buffer) => void; text: () => string } {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  return {
    push: (bytes) => {
      parts.push(bytes);
      sizeBytes += bytes.length;
      while (parts[0] !== undefined && sizeBytes - parts[0].length >= maxBytes) {
        sizeBytes -= parts[0].length;
        parts.shift();
      }
    },
    text: () => Buffer.concat(parts).subarray(-maxBytes).toString(),
  };
}

type EndedBy = 'itself' | 'timeout' | 'signal';

/** Ends the whole group on timeout or abort, so that a script's children do not outlive it. */
function superviseGroup(
  pid: number | undefined,
  options: ProcessOptions,
): { readonly release: () => EndedBy } {
  if (pid === undefined) return { release: () => 'itself' };
  let endedBy: EndedBy = 'itself';
  let killTimer: NodeJS.Timeout | undefined;
  let isReleased = false;
  const end = (reason: EndedBy): void => {
    if (endedBy !== 'itself') return;
    endedBy = reason;
    signalGroup(pid, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_AFTER_MS);
  };
  const onAbort = (): void => end('signal');
  options.onStart?.(pid);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted) onAbort();
  const timeout =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => end('timeout'), options.timeoutMs);
  return {
    release: () => {
      if (isReleased) return endedBy;
      isReleased = true;
      clearTimeout(timeout);
      clearTimeout(killTimer);
      options.signal?.removeEventListener('abort', onAbort);
      // What the program left running in its group would outlive the run.
      signalGroup(pid, 'SIGKILL');
      return endedBy;
    },
  };
}

/** Sends a signal to a whole process group. No error when the group is gone. */
export function signalGroup(pgid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pgid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function exitCodeOf({ exitCode, signalCode }: ChildProcess): number {
  if (exitCode !== null) return exitCode;
  return signalCode === null ? 127 : 128 + constants.signals[signalCode];
}
