/** What a target of a makefile does. */
export interface MakeTarget {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** Lines of the recipe, without `@`, `-` and `+` before them. */
  readonly recipe: readonly RecipeLine[];
}

export interface RecipeLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Whether make goes on when it fails: it begins with `-`. */
  readonly isIgnored: boolean;
}

/**
 * The explicit rules of a makefile, in their order. Variables are not expanded, and of conditionals both sides are
 * taken: it says what a target may do.
 */
export function parseMakefile(text: string): ReadonlyMap<string, MakeTarget> {
  const targets = new Map<string, { -readonly [Key in keyof MakeTarget]: MakeTarget[Key] }>();
  let open: readonly string[] = [];
  for (const { text: line, number } of logicalLines(text)) {
    const recipe = /^\t(.*)$/su.exec(line)?.[1];
    if (recipe !== undefined) {
      const [, marks = '', command = ''] = /^([@+\- ]*)(.*)$/su.exec(recipe) ?? [];
      if (command.trim() === '') continue;
      const entry = { text: command, line: number, isIgnored: marks.includes('-') };
      for (const name of open) {
        const target = targets.get(name);
        if (target !== undefined) target.recipe = [...target.recipe, entry];
      }
      continue;
    }
    const rule = /^([^\s:#=][^:#=]*?)\s*::?(?!=)\s*([^=#]*?)(?:#.*)?$/u.exec(line);
    if (rule === null) continue;
    open = (rule[1] ?? '').split(/\s+/u);
    const dependencies = (rule[2] ?? '')
      .split(/\s+/u)
      .filter((word) => word !== '' && word !== '|');
    for (const name of open) {
      const other = targets.get(name);
      targets.set(name, {
        name,
        dependencies: [...(other?.dependencies ?? []), ...dependencies],
        recipe: other?.recipe ?? [],
      });
    }
  }
  return targets;
}

/** A backslash at the end of a line joins the next to it. */
function logicalLines(text: string): readonly { readonly text: string; readonly number: number }[] {
  const lines: { text: string; number: number }[] = [];
  let isJoined = false;
  for (const [index, line] of text.split(/\r?\n/u).entries()) {
    const last = lines.at(-1);
    if (isJoined && last !== undefined) last.text += `\n${line}`;
    else lines.push({ text: line, number: index + 1 });
    isJoined = line.endsWith('\\');
  }
  return lines;
}
