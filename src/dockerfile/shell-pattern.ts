/**
 * Patterns of a shell: `*` is any text, `?` one character, a backslash makes the next one plain. Matching is
 * by table, in at most pattern times text steps: no pattern can make it slow.
 */

interface Token {
  readonly kind: 'any' | 'one' | 'char';
  readonly char: string;
}

/** Without the shortest, or with `isLongest` the longest, start that matches; unchanged when none does. */
export function removePrefix(text: string, pattern: string, isLongest: boolean): string {
  const end = pick(endsOf(tokensOf(pattern), text, 0), isLongest);
  return end === undefined ? text : text.slice(end);
}

/** Without the shortest, or with `isLongest` the longest, end that matches; unchanged when none does. */
export function removeSuffix(text: string, pattern: string, isLongest: boolean): string {
  const backwards = reverse(text);
  const end = pick(endsOf(tokensOf(pattern).toReversed(), backwards, 0), isLongest);
  return end === undefined ? text : text.slice(0, text.length - end);
}

/** The first, or with `isEvery` every, longest match replaced. */
export function replacePattern(
  text: string,
  pattern: string,
  options: { readonly replacement: string; readonly isEvery: boolean },
): string {
  const tokens = tokensOf(pattern);
  let result = '';
  let at = 0;
  while (at < text.length) {
    const end = pick(endsOf(tokens, text, at), true);
    if (end === undefined || end === at) {
      result += text[at];
      at += 1;
      continue;
    }
    result += options.replacement;
    at = end;
    if (!options.isEvery) break;
  }
  return result + text.slice(at);
}

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '*') tokens.push({ kind: 'any', char });
    else if (char === '?') tokens.push({ kind: 'one', char });
    else if (char === '\\' && at + 1 < pattern.length) {
      at += 1;
      tokens.push({ kind: 'char', char: pattern.charAt(at) });
    } else tokens.push({ kind: 'char', char });
  }
  return tokens;
}

/** Every place where a match that begins at `start` can end. */
function endsOf(tokens: readonly Token[], text: string, start: number): readonly number[] {
  let ends = new Set([start]);
  for (const token of tokens) {
    const next = new Set<number>();
    if (token.kind === 'any') {
      for (let at = Math.min(...ends); at <= text.length; at += 1) next.add(at);
    } else {
      for (const at of ends) {
        if (at < text.length && (token.kind === 'one' || text[at] === token.char)) next.add(at + 1);
      }
    }
    if (next.size === 0) return [];
    ends = next;
  }
  return [...ends];
}

function pick(ends: readonly number[], isLongest: boolean): number | undefined {
  if (ends.length === 0) return undefined;
  return ends.reduce((best, end) => (end > best === isLongest ? end : best));
}

function reverse(text: string): string {
  return text.split('').toReversed().join('');
}
