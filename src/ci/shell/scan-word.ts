/** What stands between brackets and quotes is skipped, not understood. Absent when there is no end. */
export function endOfWord(text: string, start: number): number | undefined {
  let at = start;
  while (at < text.length && !/[\s;&|<>()]/u.test(text[at] ?? '')) {
    const next = endOfPiece(text, at);
    if (next === undefined) return undefined;
    at = next;
  }
  return at;
}

function endOfPiece(text: string, at: number): number | undefined {
  switch (text[at] ?? '') {
    case '\\':
      return at + 2;
    case "'":
      return after(text.indexOf("'", at + 1));
    case '"':
      return endOfQuotes(text, at + 1);
    case '`':
      return endOfBackticks(text, at + 1);
    case '$':
      return endOfExpansion(text, at);
    default:
      return at + 1;
  }
}

function after(at: number): number | undefined {
  return at === -1 ? undefined : at + 1;
}

function endOfQuotes(text: string, start: number): number | undefined {
  let at = start;
  while (at < text.length) {
    if (text[at] === '"') return at + 1;
    const next = text[at] === "'" ? at + 1 : endOfPiece(text, at);
    if (next === undefined) return undefined;
    at = next;
  }
  return undefined;
}

function endOfBackticks(text: string, start: number): number | undefined {
  for (let at = start; at < text.length; at += text[at] === '\\' ? 2 : 1) {
    if (text[at] === '`') return at + 1;
  }
  return undefined;
}

function endOfExpansion(text: string, at: number): number | undefined {
  const open = text[at + 1];
  if (open !== '(' && open !== '{') return at + 1;
  return endOfBrackets(text, at + 2, open === '(' ? ')' : '}');
}

function endOfBrackets(text: string, start: number, close: ')' | '}'): number | undefined {
  const open = close === ')' ? '(' : '{';
  let depth = 1;
  let at = start;
  while (at < text.length) {
    const character = text[at];
    if (character === open) depth += 1;
    if (character === close) depth -= 1;
    if (depth === 0) return at + 1;
    const isPlain = character === open || character === close;
    const next = isPlain ? at + 1 : endOfPiece(text, at);
    if (next === undefined) return undefined;
    at = next;
  }
  return undefined;
}

/** A word without its quotes; what is expanded stays as it is written. */
export function unquote(raw: string): string {
  return raw.replaceAll(/'[^']*'|"(?:[^"\\]|\\[^])*"|\\[^]/gu, (piece) => {
    if (piece.startsWith("'")) return piece.slice(1, -1);
    if (piece.startsWith('"')) return piece.slice(1, -1).replaceAll(/\\(["\\$`])/gu, '$1');
    return piece.slice(1);
  });
}
