import type { Rule, Violation } from './violation.ts';

/**
 * Imports go down this list only; names on one line are strangers to each other. A change here is a change
 * of the architecture: see ARCHITECTURE.md.
 */
export const ranks: readonly (readonly string[])[] = [
  ['index.ts'],
  ['cli'],
  ['app'],
  ['dashboard'],
  ['ci', 'fleet', 'notify'],
  ['pipeline'],
  ['suites', 'ship'],
  ['build', 'sandbox', 'evidence'],
  ['engine', 'registry'],
  ['config', 'dockerfile', 'history', 'report'],
  ['host'],
  ['kernel'],
];

const rankOf = new Map(ranks.flatMap((rooms, rank) => rooms.map((room) => [room, rank] as const)));

/** The first folder of a path; a file at the root is a room of its own. */
export function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** Every folder has its place in the table. */
export const ranksEveryFolder: Rule = (tree) => {
  const rooms = new Map(tree.files.map((file) => [roomOf(file.path), file.path]));
  return [...rooms].flatMap(([room, file]): readonly Violation[] =>
    rankOf.has(room)
      ? []
      : [{ rule: 'rank', file, message: `${room} has no place in the table of ranks` }],
  );
};

/** Imports, of types too, go from a higher line to a lower one. */
export const importsDownwards: Rule = (tree) =>
  tree.files.flatMap((file) =>
    file.imports.flatMap(({ path }): readonly Violation[] => {
      const [from, to] = [roomOf(file.path), roomOf(path ?? file.path)];
      const [above, below] = [rankOf.get(from), rankOf.get(to)];
      if (from === to || above === undefined) return [];
      if (below === undefined) return [violation(file.path, `imports ${to}, which has no rank`)];
      if (below > above) return [];
      const why = below === above ? 'its sibling' : 'above it';
      return [violation(file.path, `imports ${path ?? ''}, which is ${why}`)];
    }),
  );

function violation(file: string, message: string): Violation {
  return { rule: 'import', file, message };
}
