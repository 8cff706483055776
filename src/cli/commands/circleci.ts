import type { Command } from 'commander';
import { collect } from '../collect.ts';
import type { CliCommand, DefineOptions } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface ValidateFlags {
  readonly orb: readonly string[];
  readonly strict: boolean;
  readonly format: 'text' | 'json';
}

interface ProcessFlags {
  readonly orb: readonly string[];
  readonly parameter: readonly string[];
  readonly value: readonly string[];
  readonly format: 'yaml' | 'json' | 'mermaid';
}

export const circleciCommand: CliCommand = {
  define: (options) =>
    new options.Command('circleci')
      .description('work with files of CircleCI without CircleCI')
      .addCommand(defineValidate(options))
      .addCommand(defineProcess(options))
      .addCommand(defineMigrate(options)),
};

function defineValidate({ host, onExit, Command: Type, Option }: DefineOptions): Command {
  return new Type('validate')
    .description('find what CircleCI would refuse in a configuration, without a network')
    .argument('[file]', 'default: .circleci/config.yml')
    .option('--orb <orb=folder>', 'where the source of an orb is; may be repeated', collect, [])
    .option('--strict', 'exit code 1 also when something could not be checked', false)
    .addOption(formatOption({ Option }))
    .addHelpText(
      'after',
      `
Exit code 1 when there is an error. What could not be checked here is listed, and the file is then not called valid.

Examples:
  seatrial circleci validate
  seatrial circleci validate .circleci/continue.yml --format json
  seatrial circleci validate --orb circleci/docker=./orbs/docker --strict
`,
    )
    .action(async (file: string | undefined, flags: ValidateFlags) => {
      const { validateCircleci } = await import('../../ci/circleci/index.ts');
      const { output, isPassed } = await validateCircleci({
        folder: host.cwd,
        env: host.env,
        file,
        orbs: flags.orb,
        isStrict: flags.strict,
        format: flags.format,
      });
      host.stdout.write(output);
      onExit(isPassed ? 0 : 1);
    });
}

function defineProcess({ host, onExit, Command: Type, Option }: DefineOptions): Command {
  return new Type('process')
    .description('print a configuration as it runs: version 2, everything of 2.1 written out')
    .argument('[file]', 'default: .circleci/config.yml')
    .option('--orb <orb=folder>', 'where the source of an orb is; may be repeated', collect, [])
    .option('-p, --parameter <name=value>', 'a pipeline parameter; may be repeated', collect, [])
    .option('--value <name=value>', 'a pipeline value; may be repeated', collect, [])
    .addOption(
      new Option(
        '-f, --format <format>',
        '`json` has the place of each value in the source, `mermaid` is a diagram of the workflows',
      )
        .choices(['yaml', 'json', 'mermaid'])
        .default('yaml'),
    )
    .addHelpText(
      'after',
      `
Pipeline values are those of a push to main, unless they are given.

Examples:
  seatrial circleci process
  seatrial circleci process --parameter deploy=true --value pipeline.git.branch=release/1
  seatrial circleci process --format json
`,
    )
    .action(async (file: string | undefined, flags: ProcessFlags) => {
      const { processCircleci } = await import('../../ci/circleci/index.ts');
      const { output, remarks, isPassed } = await processCircleci({
        folder: host.cwd,
        env: host.env,
        file,
        orbs: flags.orb,
        parameters: flags.parameter,
        values: flags.value,
        format: flags.format,
      });
      host.stderr.write(remarks);
      host.stdout.write(output);
      onExit(isPassed ? 0 : 1);
    });
}

function defineMigrate({ host, onExit, Command: Type }: DefineOptions): Command {
  return new Type('migrate')
    .description('print a circle.yml of CircleCI 1.0 as a configuration of version 2.1')
    .argument('[file]', 'default: circle.yml')
    .addHelpText(
      'after',
      `
A comment stands at each change of meaning, and TODO where a person has to decide.

Examples:
  seatrial circleci migrate
  seatrial circleci migrate circle.yml > .circleci/config.yml
`,
    )
    .action(async (file: string | undefined) => {
      const { migrateCircleci } = await import('../../ci/circleci/index.ts');
      const { output, isPassed } = await migrateCircleci({
        folder: host.cwd,
        env: host.env,
        file,
      });
      host.stdout.write(output);
      onExit(isPassed ? 0 : 1);
    });
}
