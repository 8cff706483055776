import type { Path, Problem } from '../../../config/diagnostics.ts';
import { didYouMean } from '../../../config/suggestion.ts';
import { faultsOfFileTest } from '../faults.ts';
import { isRenderedMode, toRenderedMode } from '../../go-file-mode.ts';
import { variablesIn } from '../go-expand.ts';
import type { ExistenceTest, StructureFile } from '../structure-file.ts';
import { ORIGINAL, problemAt, problemsOfFaults, type Trap } from './trap.ts';

export const fileTraps: Trap = (file) => [
  ...file.fileContentTests.flatMap((test, index) => {
    const path = ['fileContentTests', index];
    return [
      ...problemsOfFaults(path, faultsOfFileTest(test)),
      ...literalPath([...path, 'path'], test.path, 'in `fileContentTests` paths are not expanded'),
    ];
  }),
  ...file.fileExistenceTests.flatMap((test, index) => {
    const path = ['fileExistenceTests', index];
    return [
      ...problemsOfFaults(path, faultsOfFileTest(test)),
      ...(file.version === '1.0.0'
        ? literalPath([...path, 'path'], test.path, 'in schema 1.0.0 paths are not expanded')
        : []),
      ...permissionTraps(test, path),
      ...executableTraps(test, path),
      ...untested(test, path),
      ...emptyValues(file, path),
      ...absentInJson(file, path),
    ];
  }),
];

function literalPath(path: Path, text: string, why: string): readonly Problem[] {
  return variablesIn(text)
    .slice(0, 1)
    .map(({ written, offset }) =>
      problemAt(path, {
        clause: `holds \`${written}\`, which is taken for a part of the name: ${why}`,
        suggestion: 'Write the path itself.',
        offset,
      }),
    );
}

function permissionTraps({ permissions }: ExistenceTest, path: Path): readonly Problem[] {
  if (permissions === '' || isRenderedMode(permissions)) return [];
  const meant = toRenderedMode(permissions);
  const clause = `is \`${permissions}\`, which is never found: ${ORIGINAL} compares what Go writes, not \`ls -l\``;
  const suggestion =
    meant === undefined
      ? 'Write it as in `-rw-r--r--`, `drwxr-xr-x`, `Lrwxrwxrwx`, `dtrwxrwxrwx` or `urwxr-xr-x`.'
      : `Write \`${meant}\`.`;
  return [problemAt([...path, 'permissions'], { clause, suggestion })];
}

const EXECUTORS = ['owner', 'group', 'other', 'any'];

function executableTraps({ isExecutableBy }: ExistenceTest, path: Path): readonly Problem[] {
  if (isExecutableBy === '' || EXECUTORS.includes(isExecutableBy)) return [];
  return [
    problemAt([...path, 'isExecutableBy'], {
      clause: `is \`${isExecutableBy}\`, which is nobody`,
      suggestion:
        didYouMean(isExecutableBy, EXECUTORS) ?? 'Write `owner`, `group`, `other` or `any`.',
    }),
  ];
}

function untested(test: ExistenceTest, path: Path): readonly Problem[] {
  if (test.shouldExist) return [];
  const asked: Readonly<Record<string, boolean>> = {
    permissions: test.permissions !== '',
    uid: test.uid !== -1,
    gid: test.gid !== -1,
    isExecutableBy: test.isExecutableBy !== '',
  };
  return Object.entries(asked)
    .filter(([, isAsked]) => isAsked)
    .map(([key]) =>
      problemAt([...path, key], {
        clause: 'is never looked at, because `shouldExist` is false',
        suggestion: 'Remove it, or `shouldExist: false`.',
        at: 'key',
      }),
    );
}

function absentInJson(file: StructureFile, path: Path): readonly Problem[] {
  const key = [...path, 'shouldExist'];
  if (file.format !== 'json' || file.writtenAt(key) !== undefined) return [];
  const clause = `does not say \`shouldExist\`, which ${ORIGINAL} takes for false in JSON and for true in YAML`;
  return [problemAt(path, { clause, suggestion: 'Write `"shouldExist": true`, or false.' })];
}

const EMPTY_MEANS = { shouldExist: 'false', uid: '0', gid: '0' } as const;

/** An empty value is not an absent one. */
function emptyValues(file: StructureFile, path: Path): readonly Problem[] {
  return Object.entries(EMPTY_MEANS).flatMap(([key, meaning]) => {
    const written = file.writtenAt([...path, key]);
    if (written === undefined || !['', '~', 'null', 'Null', 'NULL'].includes(written)) return [];
    const clause = `is empty, which ${ORIGINAL} takes for ${meaning}`;
    return [problemAt([...path, key], { clause, suggestion: 'Write the value.', at: 'key' })];
  });
}
