import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Diagnostic } from '../../config/diagnostics.ts';
import { messageOf, systemCodeOf } from '../../kernel/errors.ts';
import { parseEnvFile, parseRawEnvFile, type EnvFileReading } from './env-file.ts';
import type { ParsedComposeFile } from './parse-compose-file.ts';
import type { EnvFile, Service } from './service-schema.ts';
import type { Variables } from './substitute.ts';

export interface EnvironmentSurroundings {
  readonly compose: Pick<ParsedComposeFile, 'diagnose'>;
  /** Absolute folder of the Compose file. */
  readonly folder: string;
  readonly projectFolder: string;
  readonly variables: Variables;
}

export interface ServiceEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** Absolute paths of the files that were read. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Files in their order, then `environment`; a name without value comes from outside, or is not set. */
export async function environmentOfService(
  name: string,
  service: Service,
  around: EnvironmentSurroundings,
): Promise<ServiceEnvironment> {
  const values: Record<string, string | null> = {};
  const files: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, envFile] of service.env_file.entries()) {
    const path = resolve(around.folder, envFile.path);
    files.push(path);
    const reading = await readEnvFile(path, envFile, around);
    if (reading.ok) Object.assign(values, reading.values);
    else if (reading.line > 0) diagnostics.push(placeOf(path, reading, around));
    else {
      const at = ['services', name, 'env_file', ...(service.env_file.length > 1 ? [index] : [])];
      diagnostics.push(around.compose.diagnose({ path: at, message: reading.problem }));
    }
  }
  Object.assign(values, service.environment);
  return { env: given(values, around.variables), files, diagnostics };
}

function placeOf(
  path: string,
  { line, problem }: { readonly line: number; readonly problem: string },
  { projectFolder }: EnvironmentSurroundings,
): Diagnostic {
  return { file: relative(projectFolder, path), line, column: 1, message: problem };
}

/** Line 0: the file itself. */
async function readEnvFile(
  path: string,
  { path: shown, required, ...format }: EnvFile,
  { variables }: EnvironmentSurroundings,
): Promise<EnvFileReading> {
  try {
    const text = await readFile(path, 'utf8');
    const isRaw = 'format' in format && format.format === 'raw';
    return isRaw ? parseRawEnvFile(text) : parseEnvFile(text, variables);
  } catch (error) {
    const isAbsent = systemCodeOf(error) === 'ENOENT';
    if (isAbsent && !required) return { ok: true, values: {} };
    const problem = isAbsent
      ? `There is no file \`${shown}\`.`
      : `\`${shown}\` cannot be read: ${messageOf(error)}.`;
    return { ok: false, line: 0, problem };
  }
}

function given(
  values: Readonly<Record<string, string | null>>,
  variables: Pick<Variables, 'lookup' | 'used'>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): readonly [string, string][] => {
      if (value !== null) return [[name, value]];
      variables.used(name);
      const outside = variables.lookup(name);
      return outside === undefined ? [] : [[name, outside]];
    }),
  );
}
