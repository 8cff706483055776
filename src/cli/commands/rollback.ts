import { collect } from '../collect.ts';
import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface RollbackFlags {
  readonly to: string;
  readonly key: readonly string[];
  readonly policy?: string;
  readonly reason?: string;
  readonly force: boolean;
  readonly format: 'text' | 'json';
}

export const rollbackCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('rollback')
      .description('move a tag back to an earlier release, and hold it there')
      .argument('<image:tag>', 'repository with the tag')
      .option('--to <digest>', 'where to: a digest, or -1 for the release before', '-1')
      .option('-k, --key <file>', 'public key that may sign; may be repeated', collect, [])
      .option('-p, --policy <file>', 'policy that the evidence has to hold')
      .option('--reason <text>', 'why; kept in the history of the tag')
      .option('--force', 'without evidence, to what was at the tag before; needs --reason', false)
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
A run for a commit that is not newer than what was rolled back leaves the tag where it is; a newer commit moves it on.

Examples:
  seatrial rollback registry.example/app:latest --key seatrial.pub --reason "loses sessions"
  seatrial rollback registry.example/app:latest --to sha256:… --policy policy.yaml
  seatrial rollback registry.example/app:latest --force --reason "loses sessions"
`,
      )
      .action(async (ref: string, flags: RollbackFlags) => {
        const { rollBackTag } = await import('../../app/roll-back.ts');
        const { renderMoved } = await import('../../app/promote-digest.ts');
        const moved = await rollBackTag(host, {
          ref,
          to: flags.to,
          proof: { policy: flags.policy, keys: flags.key },
          reason: flags.reason,
          isForced: flags.force,
        });
        host.stdout.write(renderMoved(moved, flags.format));
        onExit(0);
      }),
};
