import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

export const historyCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('history')
      .description('what each tag pointed to, when, by which run and with what evidence')
      .argument('<repository[:tag]>', 'repository of a registry, or one tag of it')
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
Everything is read from the registry: it works on any machine.

Examples:
  seatrial history registry.example/app
  seatrial history registry.example/app:latest --format json
`,
      )
      .action(async (ref: string, flags: { readonly format: 'text' | 'json' }) => {
        const { showHistory, renderHistory } = await import('../../app/show-history.ts');
        host.stdout.write(renderHistory(await showHistory(host, ref), flags.format));
        onExit(0);
      }),
};
