import { collect } from '../collect.ts';
import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface DriftFlags {
  readonly key: readonly string[];
  readonly policy?: string;
  readonly format: 'text' | 'json';
}

export const driftCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('drift')
      .description('find tags that somebody else moved, or whose digest has no valid evidence')
      .argument('<repository>', 'repository of a registry')
      .option('-k, --key <file>', 'public key that may sign; may be repeated', collect, [])
      .option('-p, --policy <file>', 'policy that the evidence has to hold')
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
Exit code 1 when a tag has drifted.

Examples:
  seatrial drift registry.example/app --key seatrial.pub
  seatrial drift registry.example/app --policy policy.yaml --format json
`,
      )
      .action(async (ref: string, flags: DriftFlags) => {
        const { findRepositoryDrift, hasDrifted, renderDrift } =
          await import('../../app/find-drift.ts');
        const drift = await findRepositoryDrift(host, {
          ref,
          proof: { policy: flags.policy, keys: flags.key },
        });
        host.stdout.write(renderDrift(drift, flags.format));
        onExit(hasDrifted(drift) ? 1 : 0);
      }),
};
