import type { RunRequest } from '../../app/run-project.ts';
import { collect } from '../collect.ts';
import type { CliCommand } from '../command.ts';

interface RunCommand {
  readonly name: string;
  readonly describe: string;
  readonly goal: RunRequest['goal'];
  readonly mayWork: RunRequest['mayWork'];
  readonly help: string;
}

interface RunFlags {
  readonly config?: string;
  readonly format: string;
  readonly report: readonly string[];
  readonly cache: boolean;
  readonly registry?: string;
  readonly allowOlder?: boolean;
}

const table: readonly RunCommand[] = [
  {
    name: 'ci',
    describe: 'build, test and ship what changed, as far as this environment may go',
    goal: 'ship',
    mayWork: new Set(['build', 'test', 'ship']),
    help: `
Examples:
  seatrial ci                        everything; a second run does only what changed
  seatrial ci app                    the image app and the images it is built on
  seatrial ci --no-cache             ignore what passed before
  seatrial ci --report junit=out.xml a report more, besides those in .seatrial/reports
`,
  },
  {
    name: 'build',
    describe: 'build the images',
    goal: 'build',
    mayWork: new Set(['build']),
    help: `
Examples:
  seatrial build
  seatrial build app --no-cache
`,
  },
  {
    name: 'test',
    describe: 'build the images and prove how they behave',
    goal: 'test',
    mayWork: new Set(['build', 'test']),
    help: `
Examples:
  seatrial test
  seatrial test app --format json    one object, schema seatrial.report/1
`,
  },
  {
    name: 'deploy',
    describe: 'move the tags to what was tested; builds and tests nothing',
    goal: 'ship',
    mayWork: new Set(['ship']),
    help: `
Examples:
  seatrial deploy                    refused unless every suite has passed for exactly this image
  seatrial deploy --registry 127.0.0.1:5005
`,
  },
];

/** `ci`, `build`, `test` and `deploy`: one plan, as far as its goal. */
export const runCommands: readonly CliCommand[] = table.map((row) => ({
  define: ({ host, onExit, Command, Option }) => {
    const command = new Command(row.name)
      .description(row.describe)
      .argument('[images...]', 'images of the project; their parents come along (default: all)')
      .option('-c, --config <file>', 'configuration file')
      .addOption(
        new Option('-f, --format <format>', 'how the run is told')
          .choices(['auto', 'live', 'plain', 'json'])
          .default('auto'),
      )
      .option('-r, --report <kind=path>', 'write a report to a file; may be repeated', collect, [])
      .option('--no-cache', 'ignore earlier results')
      .addHelpText('after', row.help);
    if (row.goal === 'ship')
      command
        .option('--registry <host>', 'registry of repositories that name none')
        .option('--allow-older', 'move tags back to an older commit, too');
    return command.action(async (images: string[], flags: RunFlags) => {
      const { runProject } = await import('../../app/run-project.ts');
      const { requestReports } = await import('../../app/request-reports.ts');
      onExit(
        await runProject(host, {
          command: row.name,
          goal: row.goal,
          mayWork: row.mayWork,
          images,
          configFile: flags.config,
          registry: flags.registry,
          isFresh: !flags.cache,
          mayGoBack: flags.allowOlder === true,
          reports: (opened) => requestReports(host, opened, flags),
        }),
      );
    });
  },
}));
