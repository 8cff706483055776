import type { SourceTree } from './tree.ts';
import type { Rule } from './violation.ts';

/** A table file and the implementations that it must list, one each. */
interface Table {
  readonly table: string;
  /** Matches the path of an implementation. */
  readonly entry: RegExp;
}

const tables: readonly Table[] = [
  { table: 'suites/behaviour/checks/index.ts', entry: /^suites\/behaviour\/checks\/[^/]+\.ts$/u },
  { table: 'suites/index.ts', entry: /^suites\/[^/]+\/index\.ts$/u },
  { table: 'ci/providers/index.ts', entry: /^ci\/providers\/[^/]+\.ts$/u },
  { table: 'ci/lints/index.ts', entry: /^ci\/lints\/rules\/[^/]+\.ts$/u },
  { table: 'registry/targets/index.ts', entry: /^registry\/targets\/[^/]+\.ts$/u },
  { table: 'report/reporters/index.ts', entry: /^report\/reporters\/[^/]+\.ts$/u },
  { table: 'notify/index.ts', entry: /^notify\/[^/]+\.ts$/u },
];

/** An implementation that no table lists would never run, and nobody would notice. */
export const listsEveryImplementation: Rule = (tree) =>
  tables.flatMap(({ table, entry }) => {
    const listed = importsOf(tree, table);
    return tree.files
      .filter((file) => !file.isTest && file.path !== table && entry.test(file.path))
      .filter((file) => !listed.has(file.path))
      .map((file) => ({ rule: 'table', file: file.path, message: `is not listed in ${table}` }));
  });

function importsOf(tree: SourceTree, path: string): ReadonlySet<string | undefined> {
  const file = tree.files.find((each) => each.path === path);
  return new Set(file?.imports.map((each) => each.path));
}
