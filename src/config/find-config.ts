import { readdir } from 'node:fs/promises';
import { systemCodeOf } from '../kernel/errors.ts';
import { ConfigError } from './errors.ts';

/** Names of a configuration file, in the order in which messages list them. */
const configFileNames = [
  'seatrial.yaml',
  'seatrial.yml',
  'seatrial.config.ts',
  'seatrial.config.mts',
  'seatrial.config.js',
  'seatrial.config.mjs',
] as const;

/**
 * Name of the configuration file of a folder; absent when it has none.
 * @throws {ConfigError} CONFIG_AMBIGUOUS when it has several, CONFIG_UNREADABLE when it cannot be listed
 */
export async function findConfigFile(folder: string): Promise<string | undefined> {
  const entries = new Set(await listFolder(folder));
  const [name, ...others] = configFileNames.filter((each) => entries.has(each));
  if (name === undefined || others.length === 0) return name;
  throw new ConfigError(
    'CONFIG_AMBIGUOUS',
    `${folder} has more than one configuration: ${[name, ...others].join(', ')}`,
  );
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = systemCodeOf(error) ?? 'unknown error';
    throw new ConfigError('CONFIG_UNREADABLE', `${folder} cannot be read: ${code}`, {
      cause: error,
      hint: 'Go to a folder that exists and that you may read.',
    });
  }
}
