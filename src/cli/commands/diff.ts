import type { CliCommand } from '../command.ts';

interface DiffFlags {
  readonly format: 'text' | 'json' | 'markdown';
}

export const diffCommand: CliCommand = {
  define: ({ host, Command, Option }) =>
    new Command('diff')
      .description('what changed from one image to another: settings, packages, files, size')
      .argument('<before>', 'an image of the engine')
      .argument('<after>', 'the newer one')
      .addOption(
        new Option('-f, --format <format>', '`markdown` is for the comment of a pull request')
          .choices(['text', 'json', 'markdown'])
          .default('text'),
      )
      .addHelpText(
        'after',
        `
Examples:
  seatrial diff registry.example/app:latest app:new
  seatrial diff app:1 app:2 --format markdown
`,
      )
      .action(async (before: string, after: string, flags: DiffFlags) => {
        const { diffImages, renderDiff } = await import('../../app/diff-images.ts');
        host.stdout.write(renderDiff(await diffImages(host, { before, after }), flags.format));
      }),
};
