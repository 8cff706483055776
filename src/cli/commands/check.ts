import { checkGroups, type CheckGroup } from '../../config/check-groups.ts';
import { collect } from '../collect.ts';
import type { CliCommand } from '../command.ts';

interface CheckFlags {
  readonly config?: string;
  readonly format: string;
  readonly report: readonly string[];
  readonly env: readonly string[];
  readonly only?: readonly string[];
  readonly group?: CheckGroup;
  readonly upgradeFrom?: string;
}

export const checkCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('check')
      .description('behaviour checks on any image of the engine, no configuration at all')
      .argument('<image>', 'reference or id of an image that the engine has')
      .argument('[command...]', "replaces the image's CMD, after --")
      .option(
        '-e, --env <NAME=value>',
        'environment of the container; may be repeated',
        collect,
        [],
      )
      .addOption(
        new Option('-g, --group <group>', 'which checks; each group holds the ones before it')
          .choices(checkGroups)
          .conflicts('only'),
      )
      .option('--upgrade-from <image>', 'try it on the volumes of an older image of the engine')
      .option('--only <check...>', 'run these checks alone')
      .addOption(
        new Option('-f, --format <format>', 'how the checks are told')
          .choices(['auto', 'live', 'plain', 'json'])
          .default('auto'),
      )
      .option('-r, --report <kind=path>', 'write a report to a file; may be repeated', collect, [])
      .addHelpText(
        'after',
        `
Examples:
  seatrial check nginx:1.27
  seatrial check nginx:1.27 --group static
  seatrial check app:2 --upgrade-from app:1
  seatrial check postgres:17 --env POSTGRES_PASSWORD=test
  seatrial check my/tool --format json -- --version
`,
      )
      .action(async (ref: string, command: string[], flags: CheckFlags) => {
        const { checkReference } = await import('../../app/check-reference.ts');
        const { outputReports } = await import('../../app/request-reports.ts');
        onExit(
          await checkReference(host, {
            ref,
            command,
            env: flags.env,
            only: flags.only,
            group: flags.group,
            upgradeFrom: flags.upgradeFrom,
            reports: outputReports(host, flags),
          }),
        );
      }),
};
