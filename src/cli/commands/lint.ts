import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface LintFlags {
  readonly format: 'text' | 'json';
}

export const lintCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('lint')
      .description('find what a CI service takes and nobody means: gates that cannot fail and more')
      .argument('[files...]', 'files of CircleCI; default: .circleci/config.yml')
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
Exit code 1 when a finding is an error. A comment # cci-ignore at the end of a line passes over it.

Examples:
  seatrial lint
  seatrial lint .circleci/config.yml --format json
`,
      )
      .action(async (files: readonly string[], flags: LintFlags) => {
        const { lintFiles } = await import('../../ci/lint-files.ts');
        const { output, isPassed } = await lintFiles({
          folder: host.cwd,
          env: host.env,
          files,
          format: flags.format,
        });
        host.stdout.write(output);
        onExit(isPassed ? 0 : 1);
      }),
};
