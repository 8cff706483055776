import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface RecordFlags {
  readonly write: boolean;
  readonly format: 'text' | 'json';
}

export const recordCommand: CliCommand = {
  define: ({ host, Command, Option }) =>
    new Command('record')
      .description(
        'watch one run of an image, and write its configuration and a first spec file from it',
      )
      .argument('[image]', 'image of the project that was built, or one that the engine has')
      .argument('[options...]', 'behind --: options of docker run, then the command')
      .option(
        '-w, --write',
        'put it into seatrial.yaml and test/NAME.spec.ts; nothing that is there is changed',
        false,
      )
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
It ends on Ctrl-C, or when the container ends.

Examples:
  seatrial record app
  seatrial record app --write -- -e LOG_LEVEL=debug -v /data
  seatrial record nginx:1.27 --format json
`,
      )
      .action(async (image: string | undefined, words: readonly string[], flags: RecordFlags) => {
        const [{ recordReference }, { renderRecording }] = await Promise.all([
          import('../../app/record-image.ts'),
          import('../../app/render-recording.ts'),
        ]);
        // Without a name, the first word behind -- is no name either.
        const isNamed = image !== undefined && !image.startsWith('-');
        const recorded = await recordReference(host, {
          ...(isNamed
            ? { image, words }
            : { words: image === undefined ? words : [image, ...words] }),
          isWritten: flags.write,
        });
        host.stdout.write(renderRecording(recorded, flags.format));
      }),
};
