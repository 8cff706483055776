import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface HardenFlags {
  readonly write: boolean;
  readonly format: 'text' | 'json';
}

export const hardenCommand: CliCommand = {
  define: ({ host, Command, Option }) =>
    new Command('harden')
      .description(
        'find the least an image comes up with: user, capabilities, writable places, memory',
      )
      .argument('<image>', 'image of the project that was built, or one that the engine has')
      .option(
        '-w, --write',
        'put it into seatrial.lock: a build that needs more fails from then on',
        false,
      )
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
Examples:
  seatrial harden app
  seatrial harden app --write
  seatrial harden nginx:1.27 --format json
`,
      )
      .action(async (image: string, flags: HardenFlags) => {
        const { hardenReference, renderHardened } = await import('../../app/harden-image.ts');
        const found = await hardenReference(host, { image, isWritten: flags.write });
        host.stdout.write(renderHardened(found, flags.format));
      }),
};
