import { Command, Option } from 'commander';
import type { AppHost } from '../app/app-host.ts';
import { commands } from './commands/index.ts';

/** The whole command line. Throws a `CommanderError` instead of ending the process. */
export function createProgram(host: AppHost, onExit: (code: number) => void): Command {
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
