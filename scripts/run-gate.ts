import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import type { Gate } from './gates.ts';

export interface GateResult {
  readonly isPassed: boolean;
  readonly durationMs: number;
  /** stdout and stderr in the order of arrival. */
  readonly output: string;
}

/**
 * Runs one gate from the root of the checkout. What does not start, or does not end in time or before `signal`, has
 * failed.
 */
export async function runGate(gate: Gate, root: string, signal?: AbortSignal): Promise<GateResult> {
  const startedAt = performance.now();
  const [file = '', ...argv] = gate.argv;
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const child = spawn(file, argv, {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: gate.timeoutMs,
    signal,
  });
  const pieces: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => pieces.push(text));
  }
  const isPassed = await once(child, 'close').then(
    ([code, signal]) => {
      // A program that ends itself on the signal has an exit code and no signal.
      if (child.killed) {
        pieces.push(`\nended early: the limit is ${String(gate.timeoutMs / 1000)} s`);
        return false;
      }
      if (signal !== null) pieces.push(`\nended by ${String(signal)}`);
      return code === 0;
    },
    (error: unknown) => {
      pieces.push(String(error));
      return false;
    },
  );
  return { isPassed, durationMs: performance.now() - startedAt, output: pieces.join('') };
}
