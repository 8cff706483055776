import { findCommands, isDocker, wordsOf } from '../commands.ts';
import type { Lint } from '../lint.ts';

/** L04: everybody on the machine can read it. */
export const passwordOnArgv: Lint = {
  id: 'L04',
  title: 'password-on-argv',
  severity: 'warning',
  why: 'The arguments of a command are seen by every process of the machine, and land in logs with `set -x`.',
  fix: 'Write `echo "$PASSWORD" | docker login -u "$USERNAME" --password-stdin`.',
  check: (subject) =>
    findCommands(subject, (command) =>
      isDocker(command, 'login') &&
      wordsOf(command).some((word) => /^(?:-p(?!$).*|-p|--password(?:=.*)?)$/u.test(word))
        ? { message: '`docker login` gets the password as an argument.' }
        : undefined,
    ),
};
