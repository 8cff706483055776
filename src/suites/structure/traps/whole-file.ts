import type { Problem } from '../../../config/diagnostics.ts';
import { numberKeys } from '../file-schema.ts';
import { countTests, type StructureFile } from '../structure-file.ts';
import { ORIGINAL, problemAt, type Trap } from './trap.ts';

export const wholeFileTraps: Trap = (file) => [
  ...emptyFile(file),
  ...licenseTraps(file),
  ...bindTraps(file),
  ...octalNumbers(file),
];

function emptyFile(file: StructureFile): readonly Problem[] {
  if (countTests(file) > 0) return [];
  return [{ path: [], message: 'The test file holds no test.' }];
}

function licenseTraps(file: StructureFile): readonly Problem[] {
  return file.licenseTests.flatMap((test, index) => {
    if (test.debian || test.files.length > 0) return [];
    const clause = 'tests nothing: `debian` is false and there are no `files`';
    return [
      problemAt(['licenseTests', index], { clause, suggestion: 'Name files, or remove it.' }),
    ];
  });
}

function bindTraps(file: StructureFile): readonly Problem[] {
  return (file.runOptions?.bindMounts ?? []).flatMap((bind, index) => {
    if (/^\/[^:]*:\/[^:]*(?::[a-zA-Z,]+)?$/u.test(bind)) return [];
    const isNamed = /^\w[\w.-]*:\//u.test(bind);
    return [
      problemAt(['containerRunOptions', 'bindMounts', index], {
        clause: isNamed
          ? `is \`${bind}\`, which names a volume: ${ORIGINAL} would make one that stays on the engine`
          : `is \`${bind}\`, which no engine takes`,
        suggestion: 'Write it as in `/of/the/engine:/in/the/container`, perhaps with `:ro`.',
      }),
    ];
  });
}

/** YAML 1.1 and Go read `010` as 8, YAML 1.2 as 10. */
function octalNumbers(file: StructureFile): readonly Problem[] {
  if (file.format === 'json') return [];
  const places = [
    ...file.commandTests.map((_, index) => ['commandTests', index, 'exitCode'] as const),
    ...file.fileExistenceTests.flatMap((_, index) =>
      [...numberKeys].map((key) => ['fileExistenceTests', index, key] as const),
    ),
  ];
  return places.flatMap((path) => {
    const written = file.writtenAt(path) ?? '';
    if (!/^[-+]?0\d+$/u.test(written)) return [];
    const octal = Number.parseInt(written, 8);
    const clause = `is \`${written}\`, which is the octal way to write ${octal}`;
    return [problemAt(path, { clause, suggestion: `Write \`${octal}\`.` })];
  });
}
