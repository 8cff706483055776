import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../../config/diagnostics.ts';
import { ConfigError } from '../../config/errors.ts';
import { parseYamlSource, type YamlDialect } from '../../config/yaml-source.ts';
import { systemCodeOf } from '../../kernel/errors.ts';
import { isRecord } from './matchers/values.ts';

const dialect: YamlDialect = Object.freeze({
  version: '1.2',
  noun: 'file of variables',
  beginning: 'Write a name and a value.',
});

export interface LoadedVars {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Files of variables, YAML or JSON, merged: maps become one, of other values the later one counts unless it is empty. */
export async function loadVars(
  files: readonly string[],
  projectFolder: string,
): Promise<LoadedVars> {
  const diagnostics: Diagnostic[] = [];
  let vars: Readonly<Record<string, unknown>> = {};
  for (const file of files) {
    const read = await readVars(file, projectFolder);
    if ('diagnostics' in read) diagnostics.push(...read.diagnostics);
    else vars = mergeVars(vars, read.vars);
  }
  return { vars, diagnostics };
}

async function readVars(
  file: string,
  projectFolder: string,
): Promise<Pick<LoadedVars, 'vars'> | Pick<LoadedVars, 'diagnostics'>> {
  try {
    const { value } = parseYamlSource(
      file,
      await readFile(join(projectFolder, file), 'utf8'),
      dialect,
    );
    if (isRecord(value)) return { vars: value };
    return { diagnostics: [{ file, message: 'A file of variables must be a map.' }] };
  } catch (error) {
    if (error instanceof ConfigError) return { diagnostics: error.diagnostics };
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    const message = 'There is no such file of variables.';
    const suggestion = '`suites.goss.vars` is relative to the configuration file.';
    return { diagnostics: [{ file, message, suggestion }] };
  }
}

function mergeVars(
  into: Readonly<Record<string, unknown>>,
  from: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const merged: Record<string, unknown> = { ...into };
  for (const [name, value] of Object.entries(from)) {
    const before = merged[name];
    if (isRecord(before) && isRecord(value)) merged[name] = mergeVars(before, value);
    else if (!isEmpty(value) || before === undefined) merged[name] = value;
  }
  return merged;
}

/** What Go takes for not set. */
function isEmpty(value: unknown): boolean {
  return value === null || value === '' || value === 0 || value === false;
}
