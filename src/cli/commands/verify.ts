import { collect } from '../collect.ts';
import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface VerifyFlags {
  readonly key: readonly string[];
  readonly policy?: string;
  readonly format: 'text' | 'json';
}

export const verifyCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('verify')
      .description(
        'judge what a registry has about an image: who tested it, when, and how it ended',
      )
      .argument('<image>', 'repository with a tag or a digest')
      .option('-k, --key <file>', 'public key that may sign; may be repeated', collect, [])
      .option('-p, --policy <file>', 'what has to be proved, and whose word counts')
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
Without a policy one of the keys has to say that exactly this digest passed its tests.
Exit code 1 names the rule that does not hold, 3 says that the registry cannot be asked.

Examples:
  seatrial verify registry.example/app:1.2.3 --key seatrial.pub
  seatrial verify registry.example/app@sha256:… --policy policy.yaml --format json
`,
      )
      .action(async (ref: string, flags: VerifyFlags) => {
        const { renderVerification, verifyReference } =
          await import('../../app/verify-reference.ts');
        const verification = await verifyReference(host, {
          ref,
          proof: { policy: flags.policy, keys: flags.key },
        });
        host.stdout.write(renderVerification(host, verification, flags.format));
        onExit(verification.holds ? 0 : 1);
      }),
};
