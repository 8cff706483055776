import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import type { AppHost } from '../app/app-host.ts';
import { systemClock } from '../host/clock.ts';
import { processEnvironment } from '../host/environment.ts';
import { packageFolder } from '../host/package-file.ts';
import { AppError, exitCodes, systemCodeOf } from '../kernel/errors.ts';
import { createProgram } from './program.ts';
import { listenForSignals } from './signals.ts';

/** Runs the command line and sets the exit code of the process. */
async function main(): Promise<void> {
  const env = processEnvironment();
  const signals = listenForSignals();
  surviveReadersThatLeave();
  const host: AppHost = {
    env,
    cwd: process.cwd(),
    clock: systemClock,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: signals.signal,
    version: readVersion(),
  };
  process.exitCode = await runCommandLine(host, process.argv.slice(2));
  signals.release();
}

/** `seatrial ci | head` goes on to its end, and its exit code says how that was. */
function surviveReadersThatLeave(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (systemCodeOf(error) !== 'EPIPE') throw error;
    });
}

/** Exit code of one command line: ours, or that of the program that it ran. Throws nothing: every error is printed here, once. */
async function runCommandLine(host: AppHost, argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.passed;
  const program = createProgram(host, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
    await printError(host, error);
    if (host.signal.aborted) return exitCodes.cancelled;
    return error instanceof AppError ? error.exitCode : exitCodes.bug;
  }
}

async function printError(host: AppHost, error: unknown): Promise<void> {
  const [{ renderError }, { createStyle }] = await Promise.all([
    import('../report/render-error.ts'),
    import('../report/style.ts'),
  ]);
  const lines = renderError(error, {
    style: createStyle({ env: host.env, isTty: host.stderr.isTTY === true }),
    width: host.stderr.columns ?? 100,
    isDebug: host.env['SEATRIAL_DEBUG'] !== undefined,
  });
  host.stderr.write(`${lines.join('\n')}\n`);
}

function readVersion(): string {
  const text = readFileSync(join(packageFolder(), 'package.json'), 'utf8');
  return /"version": "([^"]+)"/u.exec(text)?.[1] ?? 'unknown';
}

await main();
