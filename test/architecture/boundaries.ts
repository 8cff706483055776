import type { SourceFile } from './tree.ts';
import type { Rule } from './violation.ts';

const MAX_LINES = 400;
const PROCESS_MODULES = new Set(['node:child_process', 'child_process', 'execa']);
const ATTICS = new Set([
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'misc',
  'shared',
  'lib',
  'types',
]);

/** Programs are started in `host/` alone, so that each belongs to a group that a run can end. */
export const startsProcessesInHost: Rule = (tree) =>
  tree.files
    .filter((file) => !isIn(file, ['host']) && !file.isTest)
    .flatMap((file) =>
      file.imports
        .filter(({ specifier }) => PROCESS_MODULES.has(specifier))
        .map(({ specifier }) => ({
          rule: 'process',
          file: file.path,
          message: `imports ${specifier}; only host/ starts processes`,
        })),
    );

/** The environment is a value that is passed in; otherwise a suite could see what it must not (G5). */
export const readsEnvironmentInHost: Rule = (tree) =>
  tree.files
    .filter((file) => file.readsProcessEnv && !isIn(file, ['host']) && !file.isTest)
    .map((file) => ({
      rule: 'environment',
      file: file.path,
      message: 'reads process.env; only host/ does',
    }));

/** Rooms return values and emit events; one place prints. */
export const printsInOnePlace: Rule = (tree) =>
  tree.files
    .filter((file) => file.usesConsole && !isIn(file, ['cli', 'report/reporters']) && !file.isTest)
    .map((file) => ({
      rule: 'console',
      file: file.path,
      message: 'uses console; only cli/ and report/reporters/ print',
    }));

/** A file that grew over the limit holds more than one thing. A table of cases in a test may be long. */
export const keepsFilesSmall: Rule = (tree) =>
  tree.files
    .filter((file) => file.lineCount > MAX_LINES && !file.isTest)
    .map((file) => ({
      rule: 'size',
      file: file.path,
      message: `has ${file.lineCount} lines; the limit is ${MAX_LINES}`,
    }));

/** A name that fits everything says nothing. */
export const namesWhatThingsHold: Rule = (tree) =>
  tree.files.flatMap((file) =>
    file.path
      .split('/')
      .map((part) => part.replace(/(?:\.test)?\.ts$/u, ''))
      .filter((part) => ATTICS.has(part))
      .map((part) => ({ rule: 'name', file: file.path, message: `is called ${part}` })),
  );

function isIn(file: SourceFile, folders: readonly string[]): boolean {
  return folders.some((folder) => file.path.startsWith(`${folder}/`));
}
