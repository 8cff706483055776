import { dirname, join } from 'node:path';
import { findConfigFile } from '../config/find-config.ts';
import { isThere } from '../host/files.ts';

/**
 * The folder of the project that holds `cwd`: the nearest one with a configuration, up to the top of the git
 * checkout. Without one, `cwd` itself. Outside a checkout only `cwd` counts, so that a configuration that
 * someone left in `/tmp` is never run.
 * @throws {ConfigError} CONFIG_AMBIGUOUS, CONFIG_UNREADABLE
 */
export async function findProjectFolder(cwd: string): Promise<string> {
  const folders = await foldersOfCheckout(cwd);
  for (const folder of folders) {
    if ((await findConfigFile(folder)) !== undefined) return folder;
  }
  return cwd;
}

/** From `cwd` up to the folder with `.git`; `cwd` alone when there is none. */
async function foldersOfCheckout(cwd: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    folders.push(folder);
    if (await isThere(join(folder, '.git'))) return folders;
    if (dirname(folder) === folder) return [cwd];
  }
}
