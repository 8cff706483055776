import type { LintCommand } from '../../circleci/lint-subject.ts';
import { findCommands, showCommand, wordsOf } from '../commands.ts';
import type { Lint } from '../lint.ts';

/** L19: a condition that is an error, and so always false. */
export const brokenGuard: Lint = {
  id: 'L19',
  title: 'broken-guard',
  severity: 'error',
  why: 'Numbers are compared with `-eq` and `-ne`, texts are not: the comparison fails, and the guard is as good as not there.',
  fix: 'Compare texts with `=` and `!=`, and put variables into quotes.',
  check: (subject) => findCommands(subject, (command) => problemOf(command)),
};

function problemOf(
  command: LintCommand,
):
  | { readonly message: string; readonly severity?: 'warning'; readonly suggestion?: string }
  | undefined {
  const [program, ...words] = wordsOf(command);
  if (program !== '[' && program !== 'test') return undefined;
  const at = words.findIndex((word) => /^-(?:eq|ne|lt|le|gt|ge)$/u.test(word));
  const sides = at === -1 ? [] : [words[at - 1] ?? '', words[at + 1] ?? ''];
  const text = sides.find((side) => /^[A-Za-z_][\w./-]*$/u.test(side));
  if (text !== undefined) {
    return {
      message: `${showCommand(command)} compares \`${text}\` as a number, which is an error.`,
    };
  }
  const raw = command.words.map((word) => word.raw);
  const test = raw.findIndex((word) => word === '-n');
  const variable = raw[test + 1];
  if (test === -1 || variable === undefined || !/^\$\{?\w+\}?$/u.test(variable)) return undefined;
  return {
    severity: 'warning',
    message: `${showCommand(command)} is true when ${variable} is empty: without quotes nothing is left of it.`,
    suggestion: `Put it into quotes: \`"${variable}"\`.`,
  };
}
