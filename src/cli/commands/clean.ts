import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface CleanFlags {
  readonly dryRun: boolean;
  readonly images: boolean;
  readonly format: 'text' | 'json';
}

export const cleanCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('clean')
      .description('show and remove what runs that were killed left behind')
      .option('-n, --dry-run', 'show, and remove nothing', false)
      .option('--images', 'remove the images that builds made, too', false)
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
Only objects with Seatrial's labels whose process is dead are removed; foreign ones are never touched.

Examples:
  seatrial clean --dry-run
  seatrial clean --images
`,
      )
      .action(async (flags: CleanFlags) => {
        const { cleanUp, renderCleaning } = await import('../../app/clean-up.ts');
        const cleaning = await cleanUp(host, { isDryRun: flags.dryRun, withImages: flags.images });
        host.stdout.write(renderCleaning(cleaning, flags.format));
        onExit(cleaning.kept.length === 0 ? 0 : 3);
      }),
};
