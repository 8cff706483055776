import { substitute, type Substitution, type Variables } from './substitute.ts';

/** What a file of variables sets; `null` for a name alone, whose value the environment has to give. */
export type EnvFileReading =
  | { readonly ok: true; readonly values: Readonly<Record<string, string | null>> }
  /** `line` counts from 1; `problem` is a sentence. */
  | { readonly ok: false; readonly line: number; readonly problem: string };

const STATEMENT =
  /(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(=[ \t]*(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\n]*)))?[ \t]*(?:#[^\n]*)?(?:\n|$)/suy;
const BETWEEN = /(?:\s+|#[^\n]*)*/uy;

/**
 * Reads `NAME=value` lines as Compose does: comments, quotes (single ones keep everything, double ones know `\n` and
 * variables), quoted values over several lines, and variables from further up in the file or from outside.
 * @see https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 */
export function parseEnvFile(text: string, outside: Variables): EnvFileReading {
  const values: Record<string, string | null> = {};
  const variables = { ...outside, lookup: (name: string) => values[name] ?? outside.lookup(name) };
  const whole = text.replaceAll('\r\n', '\n').replace(/^\uFEFF/u, '');
  for (let at = afterSpace(whole, 0); at < whole.length; at = afterSpace(whole, at)) {
    STATEMENT.lastIndex = at;
    const found = STATEMENT.exec(whole);
    const line = whole.slice(0, at).split('\n').length;
    if (found === null) return { ok: false, line, problem: 'This is no `NAME=value`.' };
    const [all, name = '', equals] = found;
    if (equals === undefined) values[name] = null;
    else {
      const value = valueOf(found, variables);
      if (!value.ok) return { ok: false, line, problem: value.problem };
      values[name] = value.text;
    }
    at += all.length;
  }
  return { ok: true, values };
}

/** As `docker run --env-file` does: what follows `=` is the value, whatever it is. */
export function parseRawEnvFile(text: string): EnvFileReading {
  const lines = text.split(/\r?\n/u).filter((line) => !/^\s*(?:#|$)/u.test(line));
  const entries = lines.map((line): readonly [string, string | null] => {
    const at = line.indexOf('=');
    return at === -1 ? [line.trim(), null] : [line.slice(0, at).trim(), line.slice(at + 1)];
  });
  return { ok: true, values: Object.fromEntries(entries) };
}

function afterSpace(text: string, at: number): number {
  BETWEEN.lastIndex = at;
  return at + (BETWEEN.exec(text)?.[0].length ?? 0);
}

function valueOf(
  [, , , single, double, plain = '']: RegExpExecArray,
  variables: Variables,
): Substitution {
  if (single !== undefined) return { ok: true, text: single };
  if (double !== undefined) return substitute(unescape(double), variables);
  if (/^["']/u.test(plain)) {
    return { ok: false, offset: 0, problem: 'The quote has no end, or something follows it.' };
  }
  return substitute(plain.replace(/(?:^|[ \t])#.*$/u, '').trim(), variables);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', $: '$$' };

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/gsu, (pair, letter: string) => {
    return ESCAPES[letter] ?? ('"\\'.includes(letter) ? letter : pair);
  });
}
