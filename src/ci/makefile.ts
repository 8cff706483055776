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
  const targets = new Map<string, MakeTarget>();
  let open: readonly string[] = [];
  for (const line of logicalLines(text)) {
    const recipe = recipeLine(line);
    const rule =
      recipe === undefined && !line.text.startsWith('\t') ? ruleOf(line.text) : undefined;
    if (rule !== undefined) open = rule.names;
    const dependencies = rule?.dependencies ?? [];
    if (rule === undefined && recipe === undefined) continue;
    for (const name of open) {
      const other = targets.get(name) ?? { name, dependencies: [], recipe: [] };
      targets.set(name, {
        name,
        dependencies: [...other.dependencies, ...dependencies],
        recipe: recipe === undefined ? other.recipe : [...other.recipe, recipe],
      });
    }
  }
  return targets;
}

function recipeLine({ text, number }: Line): RecipeLine | undefined {
  const [, marks = '', command = ''] = /^\t([@+\- ]*)(.*)$/su.exec(text) ?? [];
  return command.trim() === ''
    ? undefined
    : { text: command, line: number, isIgnored: marks.includes('-') };
}

function ruleOf(
  text: string,
): { readonly names: readonly string[]; readonly dependencies: readonly string[] } | undefined {
  const rule = /^([^\s:#=][^:#=]*?)\s*::?(?!=)\s*([^=#]*?)(?:#.*)?$/u.exec(text);
  if (rule?.[1] === undefined) return undefined;
  const words = (rule[2] ?? '').split(/\s+/u);
  return {
    names: rule[1].split(/\s+/u),
    dependencies: words.filter((word) => word !== '' && word !== '|'),
  };
}

interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/** A backslash at the end of a line joins the next to it. */
function logicalLines(text: string): readonly Line[] {
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
