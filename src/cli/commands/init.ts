import type { CliCommand } from '../command.ts';

interface InitFlags {
  readonly ci?: readonly string[];
  readonly force: boolean;
}

export const initCommand: CliCommand = {
  define: ({ host, onExit, Command }) =>
    new Command('init')
      .description('write a commented seatrial.yaml for the Dockerfiles here, and thin CI files')
      .option('--ci <services...>', 'CI services to write a file for (default: those in use here)')
      .option('--force', 'overwrite files that are there', false)
      .addHelpText(
        'after',
        `
Examples:
  seatrial init
  seatrial init --ci github gitlab circleci
`,
      )
      .action(async (flags: InitFlags) => {
        const { initProject } = await import('../../app/init-project.ts');
        const written = await initProject(host, { services: flags.ci, isForced: flags.force });
        host.stdout.write(written.map((line) => `${line}\n`).join(''));
        onExit(0);
      }),
};
