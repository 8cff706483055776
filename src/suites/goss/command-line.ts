/** Folders of PATH, in their order; those of Docker when a container has none. */
export function foldersOfPath(env: Readonly<Record<string, string>>): readonly string[] {
  const path = env['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return path.split(':').filter((folder) => folder.startsWith('/'));
}

/** What a shell gives a meaning to, outside of quotes. */
const PLAIN = /^[^\s"'\\$`;&|<>(){}*?[\]!#~=]+/u;

/** The words of a line that no shell is needed for; absent when it takes one to understand it. */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let rest = line.trim();
  while (rest !== '') {
    const word = takeWord(rest, words.length > 0);
    if (word === undefined) return undefined;
    words.push(word.text);
    rest = word.rest.trimStart();
  }
  return words.length === 0 ? undefined : words;
}

function takeWord(
  line: string,
  isArgument: boolean,
): { readonly text: string; readonly rest: string } | undefined {
  let text = '';
  let rest = line;
  while (rest !== '' && !/^\s/u.test(rest)) {
    const quoted = /^'([^']*)'/u.exec(rest) ?? /^"([^"$`\\]*)"/u.exec(rest);
    // `NAME=value` in the place of the program is a shell's.
    const match = quoted ?? PLAIN.exec(rest) ?? (isArgument ? /^=/u.exec(rest) : null);
    if (match === null) return undefined;
    text += match[1] ?? match[0];
    rest = rest.slice(match[0].length);
  }
  return { text, rest };
}
