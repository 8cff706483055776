/** What an `envFile` sets, or why it cannot be read. */
export type EnvFileReading =
  | { readonly ok: true; readonly values: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads the dialect of container-structure-test: `NAME=value` or `NAME: value`, `export`, comments, quotes, and
 * variables that stand further up in the file.
 * @see https://github.com/joho/godotenv/blob/v1.5.1/parser.go
 */
export function parseEnvFile(text: string): EnvFileReading {
  const values: Record<string, string> = {};
  let rest = statementsOf(text.replaceAll('\r\n', '\n'));
  while (rest !== '') {
    const named = readName(rest);
    if ('problem' in named) return { ok: false, problem: named.problem };
    const read = readValue(named.rest, values);
    if ('problem' in read) return { ok: false, problem: read.problem };
    values[named.name] = read.value;
    rest = statementsOf(read.rest);
  }
  return { ok: true, values };
}

/** Without the empty lines and comments before the next statement. */
function statementsOf(text: string): string {
  return text.replace(/^(?:\s+|#[^\n]*)+/u, '');
}

interface Problem {
  readonly problem: string;
}

function readName(text: string): { readonly name: string; readonly rest: string } | Problem {
  const start = text.replace(/^export[\t\v\f\r \u0085\u00a0]+/u, '');
  const [, name, rest] =
    /^([\p{L}\p{N}_.\t\v\f\r \u0085\u00a0]*)[=:][\t\v\f\r \u0085\u00a0]*(.*)$/su.exec(start) ?? [];
  if (name !== undefined && rest !== undefined) return { name: name.trimEnd(), rest };
  const line = start.split('\n')[0] ?? '';
  return { problem: `this is no \`NAME=value\`: ${JSON.stringify(line)}` };
}

function readValue(
  text: string,
  values: Readonly<Record<string, string>>,
): { readonly value: string; readonly rest: string } | Problem {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") {
    const [line = ''] = /^[^\n\r]*/u.exec(text) ?? [];
    const value = line.replace(/\s#(?!.*\s#).*$/u, '').trim();
    return { value: expandVariables(value, values), rest: text.slice(line.length) };
  }
  const end = closingQuote(text, quote);
  if (end === -1) return { problem: `this quote does not end: ${text.split('\n')[0] ?? ''}` };
  const inner = trimQuotes(text.slice(0, end), quote);
  const value = quote === '"' ? expandVariables(unescape(inner), values) : inner;
  return { value, rest: text.slice(end + 1) };
}

function closingQuote(text: string, quote: string): number {
  let at = text.indexOf(quote, 1);
  while (at !== -1 && text[at - 1] === '\\') at = text.indexOf(quote, at + 1);
  return at;
}

/** All of them, as the original does. */
function trimQuotes(text: string, quote: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === quote) start += 1;
  while (end > start && text[end - 1] === quote) end -= 1;
  return text.slice(start, end);
}

function unescape(text: string): string {
  return text
    .replaceAll(/\\./gu, (pair) => ({ '\\n': '\n', '\\r': '\r' })[pair] ?? pair)
    .replaceAll(/\\([^$])/gu, '$1');
}

function expandVariables(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /(\\)?(\$)(\()?\{?([A-Z0-9_]+)?\}?/gu,
    (written: string, ...[escape, , , name]: (string | undefined)[]) => {
      if (escape !== undefined) return written.slice(1);
      return name === undefined ? written : (values[name] ?? '');
    },
  );
}
