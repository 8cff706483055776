import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface YankFlags {
  readonly reason: string;
  readonly format: 'text' | 'json';
}

export const yankCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('yank')
      .description('take back an image that had passed: sign that it failed, and why')
      .argument('<image>', 'repository with a digest, or with a tag to take the digest of')
      .requiredOption(
        '--reason <text>',
        'why, in one line; everyone who verifies the image reads it',
      )
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
Signs with SEATRIAL_KEY, or as the identity of the CI job. Tags stay where they are; those that point to the image are named.

Examples:
  SEATRIAL_KEY=seatrial.key seatrial yank registry.example/app@sha256:… --reason "CVE-2026-1"
  seatrial yank registry.example/app:1.2.3 --reason "loses sessions" --format json
`,
      )
      .action(async (ref: string, flags: YankFlags) => {
        const { renderYanked, yankReference } = await import('../../app/yank-digest.ts');
        const yanked = await yankReference(host, { ref, reason: flags.reason });
        host.stdout.write(renderYanked(yanked, flags.format));
        onExit(0);
      }),
};
