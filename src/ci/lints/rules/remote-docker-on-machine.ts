import { entryOf } from '../../circleci/tree.ts';
import type { Lint } from '../lint.ts';

/** L11: Docker is there already. */
export const remoteDockerOnMachine: Lint = {
  id: 'L11',
  title: 'remote-docker-on-machine',
  severity: 'error',
  why: '`setup_remote_docker` works in jobs with the docker executor only.',
  fix: 'Remove it: a machine has Docker.',
  check: ({ jobs }) =>
    jobs
      .filter(({ node }) => ['machine', 'macos'].some((key) => entryOf(node, key) !== undefined))
      .flatMap(({ name, steps }) =>
        steps
          .filter((step) => step.name === 'setup_remote_docker')
          .map(({ origin }) => ({
            origin,
            message: `\`setup_remote_docker\` does not work in \`${name}\`, which has a machine of its own.`,
          })),
      ),
};
