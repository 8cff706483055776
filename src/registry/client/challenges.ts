/** What a registry asks for before it lets us in. */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/uy;
const PARAMETER = /\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/uy;
const SEPARATOR = /[\s,]*/uy;

/**
 * Reads one or several `WWW-Authenticate` values; what makes no sense is left out.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  let at = 0;
  while (at < header.length) {
    at = matchAt(SEPARATOR, header, at)?.end ?? at;
    const parameter = matchAt(PARAMETER, header, at);
    const current = challenges.at(-1);
    if (parameter && current) {
      const [, name = '', quoted, bare = ''] = parameter.groups;
      current.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/gu, '$1') ?? bare;
      at = parameter.end;
      continue;
    }
    const scheme = matchAt(TOKEN, header, at);
    if (scheme === undefined) return challenges;
    challenges.push({ scheme: (scheme.groups[0] ?? '').toLowerCase(), parameters: {} });
    at = scheme.end;
  }
  return challenges;
}

function matchAt(
  pattern: RegExp,
  text: string,
  at: number,
): { readonly groups: readonly (string | undefined)[]; readonly end: number } | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match === null ? undefined : { groups: match, end: pattern.lastIndex };
}
