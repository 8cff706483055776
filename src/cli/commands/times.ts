import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface TimesFlags {
  readonly compare?: readonly string[];
  readonly format: 'text' | 'json';
}

export const timesCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('times')
      .description('minimum, median and maximum per stage over past runs')
      .option(
        '--compare <runs...>',
        'two sets of runs, each a run id, a commit, or a range of runs',
      )
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
Examples:
  seatrial times
  seatrial times --compare 3f2c1a9 8d41e07     two commits
`,
      )
      .action(async (flags: TimesFlags) => {
        const { readTimes } = await import('../../app/read-times.ts');
        host.stdout.write(await readTimes(host, flags));
        onExit(0);
      }),
};
