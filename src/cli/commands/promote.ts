import { collect } from '../collect.ts';
import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface PromoteFlags {
  readonly to: readonly string[];
  readonly key: readonly string[];
  readonly policy?: string;
  readonly allowOlder: boolean;
  readonly dryRun: boolean;
  readonly format: 'text' | 'json';
}

export const promoteCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('promote')
      .description('move tags to a digest that another machine tested, if its evidence holds')
      .argument('<image>', 'repository with a digest, or with a tag to take the digest of')
      .requiredOption('--to <tags...>', 'tags to move, specific before general')
      .option('-k, --key <file>', 'public key that may sign; may be repeated', collect, [])
      .option('-p, --policy <file>', 'policy that the evidence has to hold')
      .option('--allow-older', 'move tags back to an older commit, too', false)
      .option('-n, --dry-run', 'say what would happen, and move nothing', false)
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
Nothing is shared with the machine that tested it but the registry and the public key.

Examples:
  seatrial promote registry.example/app@sha256:… --to 1.2.3 1.2 latest --key seatrial.pub
  seatrial promote registry.example/app:edge --to stable --policy policy.yaml
`,
      )
      .action(async (ref: string, flags: PromoteFlags) => {
        const { promoteReference, renderMoved } = await import('../../app/promote-digest.ts');
        const moved = await promoteReference(host, {
          ref,
          to: flags.to,
          proof: { policy: flags.policy, keys: flags.key },
          mayGoBack: flags.allowOlder,
          isDryRun: flags.dryRun,
        });
        host.stdout.write(renderMoved(moved, flags.format));
        onExit(0);
      }),
};
