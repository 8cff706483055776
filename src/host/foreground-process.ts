import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Environment } from './environment.ts';
import { signalGroup } from './process.ts';

export interface ForegroundOptions {
  readonly cwd: string;
  /** The whole environment of the program. */
  readonly env: Environment;
  /** Ends the program when it aborts: SIGTERM, and SIGKILL 5 seconds later. */
  readonly signal: AbortSignal;
  /** Told the process group that the program got; not called on a terminal, where it stays in ours. */
  readonly onGroup: (pgid: number) => void;
  /** Whether stdin is a terminal. @default as it is */
  readonly isTerminal?: boolean | undefined;
}

/** A program that could not be started has a reason instead of an end. */
export interface ForegroundEnd {
  /** 127 when it could not be started, 128 + number when a signal ended it. */
  readonly exitCode: number;
  readonly startError?: string | undefined;
}

const KILL_AFTER_MS = 5000;

/**
 * Runs a program in place of this one: with its stdin, stdout and stderr. On a terminal it stays in our process group,
 * because only that may read from it and is sent Ctrl-C; else it gets a group of its own, which ends with it.
 */
export async function runInForeground(
  file: string,
  argv: readonly string[],
  options: ForegroundOptions,
): Promise<ForegroundEnd> {
  const hasGroup = !(options.isTerminal ?? isatty(0));
  const child = spawn(file, argv, {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: 'inherit',
    detached: hasGroup,
  });
  const send = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    if (hasGroup) signalGroup(child.pid, signal);
    else child.kill(signal);
  };
  if (hasGroup && child.pid !== undefined) options.onGroup(child.pid);
  let killTimer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    send('SIGTERM');
    killTimer = setTimeout(() => send('SIGKILL'), KILL_AFTER_MS);
  };
  options.signal.addEventListener('abort', onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  try {
    return await new Promise<ForegroundEnd>((resolve) => {
      child.once('error', (error) => resolve({ exitCode: 127, startError: error.message }));
      child.once('exit', (exitCode, signal) => {
        resolve({ exitCode: exitCode ?? 128 + constants.signals[signal ?? 'SIGKILL'] });
      });
    });
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    clearTimeout(killTimer);
    // What it left running in its group would outlive us.
    if (hasGroup) send('SIGKILL');
  }
}
