import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import type { AppHost } from '../app/app-host.ts';
import { systemClock } from '../host/clock.ts';
import { processEnvironment } from '../host/environment.ts';
import { AppError, exitCodes, type ExitCode } from '../kernel/errors.ts';
import { commands } from './commands/index.ts';
import { listenForSignals } from './signals.ts';

/** Runs the command line and sets the exit code of the process. */
async function main(): Promise<void> {
  const env = processEnvironment();
  const signals = listenForSignals();
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

/** Exit code of one command line. Throws nothing: every error is printed here, once. */
async function runCommandLine(host: AppHost, argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.passed;
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

function createProgram(host: AppHost, onExit: (code: ExitCode) => void): Command {
  const program = new Command('seatrial')
    .description(
      'Build a container image, prove on a real engine how it behaves, and move the tags to exactly the digest that passed.',
    )
    .version(host.version, '-V, --version', 'print the version')
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('Run `seatrial help COMMAND` for its options and examples.')
    .exitOverride()
    .addHelpText('after', FIRST_STEPS);
  for (const command of commands) {
    program.addCommand(command.define({ host, onExit, Command, Option }).exitOverride());
  }
  return program;
}

const FIRST_STEPS = `
Examples:
  seatrial ci                  build, test and ship what changed, as far as this environment may go
  seatrial check nginx:1.27    behaviour checks on any image of the engine, no configuration at all
  seatrial plan                what a run would do, and why

Exit codes: 0 passed, 1 a test, check or gate said no, 2 usage or configuration,
            3 the environment is not there, 4 cancelled, 70 a bug of ours.
`;

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/u.exec(text)?.[1] ?? 'unknown';
}

await main();
