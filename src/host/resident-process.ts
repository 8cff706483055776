import { spawn } from 'node:child_process';
import type { Environment } from './environment.ts';

/** A program that stays until it is ended. */
export interface ResidentProcess {
  readonly pid: number;
  /** Resolves when it is gone, whatever ended it. */
  readonly ended: Promise<void>;
  /** Kills it and waits until it is gone. */
  end(): Promise<void>;
}

export type ResidentStart =
  | { readonly process: ResidentProcess; readonly obstacle?: undefined }
  | { readonly obstacle: string; readonly process?: undefined };

const MAX_WORDS = 2000;

/**
 * Starts a program and waits until it writes to its descriptor 3, or ends before that: then the answer is what it said
 * on stderr. Its stdin stays open as long as this process lives. Never throws for what the program does.
 */
export async function startResident(
  file: string,
  argv: readonly string[],
  env: Environment,
): Promise<ResidentStart> {
  const child = spawn(file, argv, {
    env: { ...env },
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  let words = '';
  child.stdin?.on('error', () => undefined);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (words.length < MAX_WORDS) words += text;
  });
  const startError = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const isReady = new Promise<'ready'>((resolve) => {
    child.stdio[3]?.once('data', () => resolve('ready'));
  });
  const ending = ended.then(() => oneLine(words) || `${file} ended with ${endOf(child)}`);
  const first = await Promise.race([isReady, startError, ending]);
  if (first !== 'ready' || child.pid === undefined) return { obstacle: first };
  return {
    process: {
      pid: child.pid,
      ended,
      end: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    },
  };
}

function endOf(child: { exitCode: number | null; signalCode: string | null }): string {
  return child.signalCode ?? `exit code ${String(child.exitCode)}`;
}

function oneLine(text: string): string {
  return text
    .trim()
    .split(/\s*\n\s*/u)
    .join('; ');
}
