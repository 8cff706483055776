import { open, stat } from 'node:fs/promises';
import { extname, isAbsolute, relative, resolve } from 'node:path';
import type { Environment } from '../host/environment.ts';
import { messageOf, systemCodeOf } from '../kernel/errors.ts';
import type { ConfigSource } from './config-source.ts';
import { crossProblems } from './cross-checks.ts';
import type { Place } from '../kernel/code-frame.ts';
import type { Diagnostic, Path, Problem } from './diagnostics.ts';
import { ConfigError, configErrorOf } from './errors.ts';
import { findConfigFile } from './find-config.ts';
import { loadModuleSource } from './module-source.ts';
import { problemsOfIssues } from './schema-issues.ts';
import { problemOfRegistry } from './schema-checks.ts';
import { configSchema, type Config } from './schema.ts';
import { parseYamlSource } from './yaml-source.ts';

export interface LoadConfigOptions {
  /** Absolute folder in which the configuration is looked for, and to which `file` is relative. */
  readonly folder: string;
  /** Only `SEATRIAL_REGISTRY` is read: it takes the place of `registry`. */
  readonly env: Environment;
  /** A file chosen by hand; it must exist. @default the one file of the folder with a known name */
  readonly file?: string | undefined;
  /** Ids of all behaviour checks, which `skip` and `only` may name. */
  readonly checkIds: readonly string[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute. */
  readonly file: string;
  /** Where a value or its key stands; the nearest parent where it is absent. Absent for modules. */
  positionOf(path: Path, at?: 'key' | 'value'): Place | undefined;
  /** Makes a diagnostic of a problem that was found later, at its place in the file. */
  diagnose(problem: Problem): Diagnostic;
}

const MAX_FILE_SIZE_BYTES = 1024 ** 2;

/**
 * Finds, reads and checks the configuration of a folder. Absent when the folder has none.
 * @throws {ConfigError} CONFIG_SYNTAX and CONFIG_INVALID with everything that was found and where;
 * CONFIG_AMBIGUOUS, CONFIG_UNREADABLE and CONFIG_NOT_FOUND about the file itself
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig | undefined> {
  const name = options.file ?? (await findConfigFile(options.folder));
  if (name === undefined) return undefined;
  const file = resolve(options.folder, name);
  const source = await readSource(file, shownPath(options.folder, file), options);
  const config = checkSource(source, options);
  return {
    config,
    file,
    positionOf: (path, at) => source.positionOf(path, at),
    diagnose: (problem) => source.diagnose(problem),
  };
}

/** `SEATRIAL_REGISTRY`, when it is set and not empty. @throws {ConfigError} CONFIG_INVALID */
export function registryFromEnvironment(env: Environment): string | undefined {
  const registry = env['SEATRIAL_REGISTRY'];
  if (registry === undefined || registry === '') return undefined;
  const problem = problemOfRegistry(registry);
  if (problem === undefined) return registry;
  throw new ConfigError('CONFIG_INVALID', `\`SEATRIAL_REGISTRY\` ${problem.problem}`, {
    hint: problem.suggestion,
  });
}

function checkSource(source: ConfigSource, options: LoadConfigOptions): Config {
  const result = configSchema.safeParse(source.value, { reportInput: true });
  const problems = [
    ...(result.success ? [] : problemsOfIssues(configSchema, result.error.issues, source)),
    ...crossProblems(source.value, options.checkIds),
  ];
  if (!result.success || problems.length > 0) {
    throw configErrorOf(
      'CONFIG_INVALID',
      problems.map((problem) => source.diagnose(problem)),
    );
  }
  const registry = registryFromEnvironment(options.env) ?? result.data.registry;
  return { ...result.data, registry };
}

async function readSource(
  file: string,
  shown: string,
  options: LoadConfigOptions,
): Promise<ConfigSource> {
  const extension = extname(file);
  const text = await readConfigText(file, shown, options);
  if (extension === '.yaml' || extension === '.yml') return parseYamlSource(shown, text);
  if (['.ts', '.mts', '.js', '.mjs'].includes(extension)) {
    return await loadModuleSource(shown, file);
  }
  throw new ConfigError('CONFIG_UNREADABLE', `${shown} is neither YAML nor a module`, {
    hint: 'Give it one of the endings .yaml, .yml, .ts, .mts, .js or .mjs.',
  });
}

async function readConfigText(
  file: string,
  shown: string,
  options: LoadConfigOptions,
): Promise<string> {
  const bytes = await readBytes(file, shown, options);
  if (bytes.length > MAX_FILE_SIZE_BYTES) {
    throw new ConfigError('CONFIG_UNREADABLE', `${shown} is larger than 1 MiB`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new ConfigError('CONFIG_UNREADABLE', `${shown} is not UTF-8 text`, { cause: error });
  }
}

async function readBytes(
  file: string,
  shown: string,
  options: LoadConfigOptions,
): Promise<Uint8Array> {
  try {
    // Asked first: to open a pipe would wait for its writer.
    if (!(await stat(file)).isFile()) {
      throw new ConfigError('CONFIG_UNREADABLE', `${shown} is no regular file`);
    }
    return await readAtMost(file, MAX_FILE_SIZE_BYTES + 1);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = systemCodeOf(error);
    if (code === 'ENOENT' && options.file !== undefined) {
      throw new ConfigError('CONFIG_NOT_FOUND', `there is no file ${shown}`, { cause: error });
    }
    const message = `${shown} cannot be read: ${code ?? messageOf(error)}`;
    throw new ConfigError('CONFIG_UNREADABLE', message, { cause: error });
  }
}

/** A huge file must not fill the memory. */
async function readAtMost(file: string, maxBytes: number): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const buffer = new Uint8Array(maxBytes);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, maxBytes - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === maxBytes) return buffer.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

/** Relative where that is shorter to read, absolute where the file lies elsewhere. */
function shownPath(folder: string, file: string): string {
  const path = relative(folder, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path;
}
