import { findCommands, isDocker, wordsOf } from '../commands.ts';
import type { Lint } from '../lint.ts';

/** L05: the command fails on every Docker of today. */
export const removedFlag: Lint = {
  id: 'L05',
  title: 'removed-flag',
  severity: 'error',
  why: '`docker login -e` was removed in Docker 17.06: `unknown shorthand flag`.',
  fix: 'Remove `-e` and the address after it.',
  check: (subject) =>
    findCommands(subject, (command) =>
      isDocker(command, 'login') &&
      wordsOf(command).some((word) => /^(?:-e|--email(?:=.*)?)$/u.test(word))
        ? { message: '`docker login` has no flag `-e` any more.' }
        : undefined,
    ),
};
