/** @see https://docs.docker.com/reference/dockerfile/#here-documents */
export interface Heredoc {
  readonly name: string;
  /** `<<-`: leading tabs are removed. */
  readonly isTabbed: boolean;
  /** False when the name was quoted: then variables in the content stay as they are. */
  readonly isExpanded: boolean;
  /** Every line with its line end, the terminator excluded. */
  readonly content: string;
}

interface KeywordAndText {
  readonly keyword: string;
  readonly text: string;
}

const USERS: ReadonlySet<string> = new Set(['ADD', 'COPY', 'RUN']);

/** The here-documents that an instruction begins, their content not yet read. */
export function heredocsOf(instruction: KeywordAndText): readonly Heredoc[] {
  const { keyword, text } =
    instruction.keyword === 'ONBUILD' ? triggerOf(instruction) : instruction;
  if (!USERS.has(keyword) || !text.includes('<<') || isJsonForm(text)) return [];
  return shellWords(text).flatMap((word) => {
    const [, dash = '', rest = ''] = /^\d*<<(-?)([^<]*)$/u.exec(word) ?? [];
    const name = rest.replaceAll(/["']/gu, '');
    if (name === '') return [];
    return [{ name, isTabbed: dash === '-', isExpanded: name === rest, content: '' }];
  });
}

/** The instruction after ONBUILD. */
function triggerOf(instruction: KeywordAndText): KeywordAndText {
  const [, keyword = '', text = ''] = /^(\S+)\s*(.*)$/su.exec(instruction.text) ?? [];
  return { keyword: keyword.toUpperCase(), text };
}

function isJsonForm(text: string): boolean {
  if (!text.startsWith('[')) return false;
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    // No JSON: then it is the shell form, and begins with the command `[`.
    return false;
  }
}

/** Words with their quotes; white space inside quotes does not end one. */
function shellWords(text: string): readonly string[] {
  return text.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|["'\\])+/gsu) ?? [];
}
