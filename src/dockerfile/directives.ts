import { errorAt, type SourceLine, type SourceText } from './source-text.ts';

/** What the comments at the very top say to the parser. */
export interface Directives {
  readonly escape: '\\' | '`';
  /** Image of the frontend, `docker/dockerfile:1`; absent when the engine's own is used. */
  readonly syntax?: string | undefined;
}

const DIRECTIVE = /^#\s*([a-z][a-z0-9]*)\s*=\s*(.+?)\s*$/iu;
const NAMES: ReadonlySet<string> = new Set(['escape', 'syntax', 'check']);

/**
 * Reads the directives: comments of the form `# name=value` before anything else, an empty line or another
 * comment included.
 * @throws {DockerfileError} DOCKERFILE_SYNTAX for one given twice, or an escape character that is none
 * @see https://docs.docker.com/reference/dockerfile/#parser-directives
 */
export function readDirectives(source: SourceText, lines: readonly SourceLine[]): Directives {
  const found = new Map<string, string>();
  for (const line of lines) {
    const [, rawName, value = ''] = DIRECTIVE.exec(line.text.trimStart()) ?? [];
    if (rawName === undefined) break;
    const name = rawName.toLowerCase();
    const problem = NAMES.has(name) ? problemOf(name, value, found) : undefined;
    if (problem !== undefined) {
      const range = { start: line.offset, end: line.offset + line.text.length };
      throw errorAt(source, range, { code: 'DOCKERFILE_SYNTAX', message: problem });
    }
    found.set(name, value);
  }
  const syntax = found.get('syntax');
  return {
    escape: found.get('escape') === '`' ? '`' : '\\',
    ...(syntax === undefined ? {} : { syntax }),
  };
}

function problemOf(
  name: string,
  value: string,
  found: ReadonlyMap<string, string>,
): string | undefined {
  if (found.has(name)) return `the directive \`${name}\` is given twice`;
  return name === 'escape' && value !== '\\' && value !== '`'
    ? `the escape character can be \\ or \`, and not ${value}`
    : undefined;
}
