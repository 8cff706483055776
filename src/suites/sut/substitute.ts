/** Where variables come from, and who wants to know which were asked for. */
export interface Variables {
  lookup(name: string): string | undefined;
  /** Told of each name that decides the text, also when nobody has set it. */
  used(name: string): void;
  /** Told of each name that stands for nothing because nobody has set it. */
  unset(name: string): void;
}

export type Substitution =
  | { readonly ok: true; readonly text: string }
  /** `offset` is where in the text; `problem` is a sentence. */
  | {
      readonly ok: false;
      readonly offset: number;
      readonly problem: string;
      readonly suggestion?: string;
    };

/**
 * Puts the values of variables into a text: `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:?word}`, `${NAME:+word}`, the
 * same without colon, and `$$` for a dollar sign.
 * @see https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
 */
export function substitute(text: string, variables: Variables): Substitution {
  let result = '';
  let at = 0;
  for (let next = text.indexOf('$'); next !== -1; next = text.indexOf('$', at)) {
    const read = readVariable(text, next, variables);
    if (!read.ok) return read;
    result += text.slice(at, next) + read.text;
    at = read.end;
  }
  return { ok: true, text: result + text.slice(at) };
}

type Read =
  | { readonly ok: true; readonly text: string; readonly end: number }
  | Exclude<Substitution, { readonly ok: true }>;

const NAME = /[A-Za-z_][A-Za-z0-9_]*/uy;
const OPERATOR = /:?[-?+]/uy;
const LITERAL = 'Write `$$` for a dollar sign that is to stay one.';

function readVariable(text: string, start: number, variables: Variables): Read {
  const next = text[start + 1];
  if (next === '$') return { ok: true, text: '$', end: start + 2 };
  if (next === '{') return readBraced(text, start, variables);
  const name = match(NAME, text, start + 1);
  if (name === undefined) {
    const problem = `\`${text.slice(start, start + 2)}\` is no variable.`;
    return { ok: false, offset: start, problem, suggestion: LITERAL };
  }
  return { ok: true, text: valueOf(name, variables), end: start + 1 + name.length };
}

function readBraced(text: string, start: number, variables: Variables): Read {
  const close = closingBrace(text, start + 2);
  const name = match(NAME, text, start + 2);
  if (close === -1 || name === undefined) return malformed(text, start, close);
  const afterName = start + 2 + name.length;
  if (afterName === close) return { ok: true, text: valueOf(name, variables), end: close + 1 };
  const operator = match(OPERATOR, text, afterName);
  if (operator === undefined) return malformed(text, start, close);
  const word = { text: text.slice(afterName + operator.length, close), operator, name };
  const chosen = choose(word, variables);
  if (!chosen.ok) return { ...chosen, offset: start };
  return { ok: true, text: chosen.text, end: close + 1 };
}

function malformed(text: string, start: number, close: number): Read {
  const written = close === -1 ? text.slice(start) : text.slice(start, close + 1);
  const problem = `\`${written}\` is no variable: it must look like \`\${NAME}\` or \`\${NAME:-word}\`.`;
  return { ok: false, offset: start, problem, suggestion: LITERAL };
}

interface Word {
  readonly name: string;
  /** `:-`, `-`, `:?`, `?`, `:+` or `+`. */
  readonly operator: string;
  readonly text: string;
}

function choose({ name, operator, text }: Word, variables: Variables): Substitution {
  variables.used(name);
  const value = variables.lookup(name);
  const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
  switch (operator.slice(-1)) {
    case '-':
      return isSet ? { ok: true, text: value } : substitute(text, variables);
    case '+':
      return isSet ? substitute(text, variables) : { ok: true, text: '' };
    default: {
      if (isSet) return { ok: true, text: value };
      const reason = text === '' ? '' : `: ${text}`;
      const problem = `The variable \`${name}\` is not set${reason}.`;
      return { ok: false, offset: 0, problem, suggestion: 'Set it in the environment.' };
    }
  }
}

function valueOf(name: string, variables: Variables): string {
  variables.used(name);
  const value = variables.lookup(name);
  if (value === undefined) variables.unset(name);
  return value ?? '';
}

/** The brace that closes the one before `from`; words may hold variables of their own. */
function closingBrace(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith('${', at)) depth += 1;
    else if (text[at] === '}') {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  return -1;
}

function match(pattern: RegExp, text: string, from: number): string | undefined {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0];
}
