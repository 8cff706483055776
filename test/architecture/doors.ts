import { roomOf } from './ranks.ts';
import type { Rule } from './violation.ts';

/** A folder that is entered from outside through its door only. */
interface PrivateFolder {
  readonly folder: string;
  /** The files that may be imported from outside; empty when `importers` names who may enter. */
  readonly doors: readonly string[];
  /** The files outside that may import anything of it. */
  readonly importers: readonly string[];
}

const privateFolders: readonly PrivateFolder[] = [
  { folder: 'engine/docker', doors: [], importers: ['engine/connect.ts'] },
  { folder: 'suites/behaviour/checks', doors: ['index.ts'], importers: [] },
  { folder: 'ci/providers', doors: ['index.ts'], importers: [] },
  {
    folder: 'ci/circleci',
    doors: ['index.ts', 'tree.ts', 'finding.ts', 'render-findings.ts', 'lint-subject.ts'],
    importers: [],
  },
  { folder: 'ci/lints', doors: ['index.ts', 'lint.ts', 'suppression.ts'], importers: [] },
  { folder: 'registry/targets', doors: ['index.ts'], importers: [] },
  { folder: 'report/reporters', doors: ['index.ts'], importers: [] },
  { folder: 'suites/behaviour', doors: ['index.ts'], importers: [] },
  { folder: 'suites/structure', doors: ['index.ts'], importers: [] },
  {
    folder: 'suites/structure/traps',
    doors: ['index.ts', 'expansion.ts', 'trap.ts'],
    importers: [],
  },
  {
    folder: 'sandbox/virtual',
    doors: ['index.ts', 'contract.ts', 'host-network.ts', 'policy.ts'],
    importers: [],
  },
  { folder: 'suites/goss', doors: ['index.ts'], importers: [] },
  { folder: 'suites/script', doors: ['index.ts'], importers: [] },
  { folder: 'suites/spec', doors: ['index.ts', 'entry.ts', 'last-images.ts'], importers: [] },
];

/** A test of the room may look behind its doors; nothing else may. */
export const entersByTheDoor: Rule = (tree) =>
  tree.files.flatMap((file) =>
    file.imports.flatMap(({ path = '' }) => {
      const entered = innermost(path);
      if (entered === undefined || file.path.startsWith(`${entered.folder}/`)) return [];
      if (file.isTest && roomOf(file.path) === roomOf(path)) return [];
      if (isOpenTo(entered, { from: file.path, to: path })) return [];
      const message = `imports ${path}; ${entered.folder} is entered through ${entrance(entered)}`;
      return [{ rule: 'door', file: file.path, message }];
    }),
  );

function innermost(path: string): PrivateFolder | undefined {
  return privateFolders
    .filter(({ folder }) => path.startsWith(`${folder}/`))
    .toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

function isOpenTo(
  { folder, doors, importers }: PrivateFolder,
  step: { readonly from: string; readonly to: string },
): boolean {
  return importers.includes(step.from) || doors.some((door) => step.to === `${folder}/${door}`);
}

function entrance({ doors, importers }: PrivateFolder): string {
  return doors.length > 0 ? doors.join(' or ') : `${importers.join(' or ')} alone`;
}
