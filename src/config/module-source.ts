import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../kernel/errors.ts';
import type { ConfigSource } from './config-source.ts';
import { configErrorOf } from './errors.ts';

/**
 * Runs `seatrial.config.ts` and takes its default export. Node strips the types itself; what it cannot strip
 * (enums, namespaces) is an error that names the file.
 * @throws {ConfigError} CONFIG_SYNTAX when the module cannot be loaded, CONFIG_INVALID without default export
 */
export async function loadModuleSource(file: string, path: string): Promise<ConfigSource> {
  const exports = await importModule(file, path);
  if (!('default' in exports)) {
    throw configErrorOf('CONFIG_INVALID', [
      {
        file,
        message: 'The module has no default export.',
        suggestion: 'Write `export default defineConfig({ … })`.',
      },
    ]);
  }
  return {
    file,
    subject: 'The configuration',
    value: await exports.default,
    positionOf: () => undefined,
    writtenAt: () => undefined,
    // Messages name the path of keys; a module has no lines to point at.
    diagnose: ({ message, suggestion }) => ({ file, message, suggestion }),
  };
}

async function importModule(file: string, path: string): Promise<object> {
  try {
    const { mtimeMs } = await stat(path);
    const url = pathToFileURL(path);
    // Node keeps modules for good; an edited file has to be another module.
    url.searchParams.set('mtime', String(mtimeMs));
    const exports: unknown = await import(url.href);
    return typeof exports === 'object' && exports !== null ? exports : {};
  } catch (error) {
    throw configErrorOf(
      'CONFIG_SYNTAX',
      [{ file, message: `The module cannot be loaded: ${messageOf(error)}` }],
      { cause: error },
    );
  }
}
