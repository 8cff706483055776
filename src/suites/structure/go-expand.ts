/** One `$NAME` or `${NAME}` in a text, as Go's `os.Expand` sees it. */
export interface Variable {
  /** What is looked up; empty for `${}` and `${` without end, which vanish. */
  readonly name: string;
  /** As written, `$` included. */
  readonly written: string;
  /** Characters before it. */
  readonly offset: number;
}

/**
 * Puts values in the place of variables. There is no escape: `$1`, `$$` and `$?` are variables too, `${X:-y}` looks up
 * all that stands between the braces, and only a `$` before anything else stays.
 * @see https://pkg.go.dev/os#Expand
 */
export function expand(text: string, valueOf: (name: string) => string): string {
  let expanded = '';
  let copiedTo = 0;
  for (const { name, written, offset } of variablesIn(text)) {
    expanded += text.slice(copiedTo, offset) + (name === '' ? '' : valueOf(name));
    copiedTo = offset + written.length;
  }
  return expanded + text.slice(copiedTo);
}

export function variablesIn(text: string): readonly Variable[] {
  const found: Variable[] = [];
  for (let at = text.indexOf('$'); at !== -1; at = text.indexOf('$', at + 1)) {
    const { name, width } = nameAt(text.slice(at + 1));
    if (width === 0) continue;
    found.push({ name, written: text.slice(at, at + 1 + width), offset: at });
    at += width;
  }
  return found;
}

const SPECIAL = /^[*#$@!?\-0-9]/u;

/** A width of 0 means that the `$` is a plain character. */
function nameAt(rest: string): { readonly name: string; readonly width: number } {
  if (rest.startsWith('{')) {
    const end = rest.indexOf('}');
    if (end === -1) return { name: '', width: 1 };
    return { name: rest.slice(1, end), width: end + 1 };
  }
  const name = SPECIAL.exec(rest)?.[0] ?? /^\w*/u.exec(rest)?.[0] ?? '';
  return { name, width: name.length };
}
