import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { systemCodeOf } from '../kernel/errors.ts';

/** What of a context folder reaches the build. Paths are relative to it, with `/` between names. */
export interface IgnoreFilter {
  includes(path: string): boolean;
  /**
   * Whether nothing below the excluded folder can be included, so that it need not be read. Never true when
   * an exception (`!path`) may match something in it.
   */
  excludesWhole(folder: string): boolean;
}

/**
 * The filter of a context: `<dockerfile>.dockerignore` beside the Dockerfile when it is there, else
 * `.dockerignore` at the top of the context, else none.
 * @see https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export async function createContextFilter(
  contextFolder: string,
  dockerfilePath: string,
): Promise<IgnoreFilter> {
  const text =
    (await readIfThere(`${dockerfilePath}.dockerignore`)) ??
    (await readIfThere(join(contextFolder, '.dockerignore'))) ??
    '';
  return parseIgnoreFile(text);
}

export function parseIgnoreFile(text: string): IgnoreFilter {
  const patterns = patternsOf(text);
  if (patterns.length === 0) return INCLUDES_ALL;
  const rules = dockerignore.default({ ignorecase: false }).add(patterns.map(escapeForRegExp));
  // The library looks its answers up in a plain object, which knows `constructor` without being told.
  Reflect.set(rules, '_cache', Object.create(null));
  const exceptions = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => namesOf(pattern.slice(1)));
  const includes = (path: string): boolean => !rules.ignores(path);
  return {
    includes,
    excludesWhole: (folder) =>
      !includes(folder) && !exceptions.some((names) => canMatchBelow(names, folder.split('/'))),
  };
}

const INCLUDES_ALL: IgnoreFilter = Object.freeze({
  includes: () => true,
  excludesWhole: () => false,
});

function patternsOf(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/u, '')
    .split(/\r?\n/u)
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim().replace(/^!\s+/u, '!'))
    .filter((line) => line !== '' && line !== '!');
}

/** The library puts these into a regular expression as they are; in a pattern they mean themselves. */
function escapeForRegExp(pattern: string): string {
  return pattern.replaceAll(/\\.|[+(){}|]/gsu, (found) =>
    found.length > 1 ? found : `\\${found}`,
  );
}

function namesOf(pattern: string): readonly string[] {
  return pattern.split('/').filter((name) => name !== '' && name !== '.');
}

/** Whether a pattern can match something inside the folder. In doubt it can. */
function canMatchBelow(names: readonly string[], folder: readonly string[]): boolean {
  for (const [depth, name] of names.entries()) {
    if (name.includes('**') || depth >= folder.length) return true;
    const isLiteral = !/[*?[\\]/u.test(name);
    if (isLiteral && name !== folder[depth]) return false;
  }
  return false;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
