/**
 * Words as a POSIX shell splits them, without variables, globs and operators: how Compose reads a `command` that
 * is one text. Absent when a quote is not closed.
 */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let rest = text;
  while (rest !== '') {
    const piece = readPiece(rest);
    if (piece === undefined) return undefined;
    rest = rest.slice(piece.length);
    if (piece.text !== undefined) word = (word ?? '') + piece.text;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

interface Piece {
  /** What it adds to the word; absent for the space between words. */
  readonly text: string | undefined;
  readonly length: number;
}

const RULES: readonly (readonly [RegExp, (found: string) => string | undefined])[] = [
  [/^\s+/u, () => undefined],
  [/^'[^']*'/u, (found) => found.slice(1, -1)],
  [/^"(?:[^"\\]|\\.)*"/su, (found) => found.slice(1, -1).replaceAll(/\\(["\\$`])/gu, '$1')],
  [/^\\\n/u, () => ''],
  [/^\\./su, (found) => found.slice(1)],
  [/^[^\s'"\\]+/u, (found) => found],
];

function readPiece(text: string): Piece | undefined {
  for (const [pattern, read] of RULES) {
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) return { text: read(found), length: found.length };
  }
  return undefined;
}
