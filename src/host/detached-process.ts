import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Environment } from './environment.ts';

/** A process that outlives this one; what is written to it can be read until its end. */
export interface DetachedProcess {
  readonly pid: number | undefined;
  /** Handed to the kernel at once, so that it arrives even if this process is killed right after. */
  write(text: string): void;
  end(): void;
}

/**
 * Starts a Node script in a session of its own: no terminal signal reaches it, and it does not keep this process
 * running. Its stdin ends when this process ends, however that happens.
 */
export function startDetachedScript(
  script: string,
  argv: readonly string[],
  env: Environment,
): DetachedProcess {
  const child = spawn(process.execPath, ['--no-warnings', script, ...argv], {
    cwd: '/',
    env: { ...env },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // It may be gone (killed, no memory) without harm to this process; then nobody listens.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  // The pipe of a child is a socket, though its type says only stream.
  if (child.stdin instanceof Socket) child.stdin.unref();
  return Object.freeze({
    pid: child.pid,
    write: (text: string) => {
      if (child.stdin.writable) child.stdin.write(text);
    },
    end: () => void child.stdin.end(),
  });
}
