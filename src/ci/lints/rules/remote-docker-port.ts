import { entryOf } from '../../circleci/tree.ts';
import type { LintJob } from '../../circleci/lint-subject.ts';
import { commandsOf, isDocker, showCommand, wordsOf } from '../commands.ts';
import type { Lint, LintFinding } from '../lint.ts';

/** L10: the engine of `setup_remote_docker` may be another machine. */
export const remoteDockerPort: Lint = {
  id: 'L10',
  title: 'remote-docker-port',
  severity: 'warning',
  why: 'In a job with the docker executor the engine does not share the file system, and on some installations not the network either.',
  fix: 'Use the machine executor; or run the client in the network of the container, and copy files with `docker cp`.',
  check: ({ jobs }) => jobs.filter(isRemote).flatMap((job) => [...mounts(job), ...ports(job)]),
};

function isRemote({ node, steps }: LintJob): boolean {
  return (
    entryOf(node, 'docker') !== undefined &&
    steps.some(({ name }) => name === 'setup_remote_docker')
  );
}

const HERE = /^(?:\.{1,2}(?:\/|:)|\$\{?PWD\}?|\$\(pwd\)|`pwd`|~\/|\$\{?HOME\}?)/u;

function mounts(job: LintJob): readonly LintFinding[] {
  return commandsOf(job).flatMap((command): readonly LintFinding[] => {
    if (!isDocker(command, 'run', 'create')) return [];
    const words = wordsOf(command);
    const volume = words.find(
      (word, index) =>
        (/^(?:-v|--volume)$/u.test(words[index - 1] ?? '') && HERE.test(word)) ||
        /^(?:-v|--volume)=?(?:\.|\$\{?PWD|\$\(pwd\))/u.test(word),
    );
    return volume === undefined
      ? []
      : [
          {
            origin: command.origin,
            message: `\`${volume}\` is a folder of the job, and the engine does not see it.`,
          },
        ];
  });
}

function ports(job: LintJob): readonly LintFinding[] {
  const commands = commandsOf(job);
  const published = new Set(
    commands
      .filter((command) => isDocker(command, 'run'))
      .flatMap((command) => {
        const words = wordsOf(command);
        return words.flatMap((word, index) =>
          /^(?:-p|--publish)$/u.test(words[index - 1] ?? '') ? [word.split(':').at(-2) ?? ''] : [],
        );
      }),
  );
  return commands.flatMap((command): readonly LintFinding[] => {
    if (isDocker(command, 'run', 'exec')) return [];
    const port = /(?:localhost|127\.0\.0\.1):(\d+)/u.exec(wordsOf(command).join(' '))?.[1];
    if (port === undefined || !published.has(port)) return [];
    return [
      {
        origin: command.origin,
        message: `${showCommand(command)} asks for port ${port} here, and the container publishes it on the machine of the engine.`,
      },
    ];
  });
}
