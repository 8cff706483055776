import { isUtf8 } from 'node:buffer';
import { open, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { isThere } from '../../host/files.ts';
import { messageOf, systemCodeOf } from '../../kernel/errors.ts';
import { CiError } from '../errors.ts';
import type { ConfigText } from './validate.ts';

const MAX_FILE_SIZE_BYTES = 4 * 1024 ** 2;
const PLACES = ['.circleci/config.yml', '.circleci/config.yaml'];

/**
 * The text of a file, or of the configuration of a folder.
 * @throws {CiError} CI_FILE_NOT_FOUND, CI_FILE_UNREADABLE
 */
export async function readConfig(folder: string, file: string | undefined): Promise<ConfigText> {
  const path = resolve(folder, file ?? (await findConfig(folder)));
  const shown = shownPath(folder, path);
  const bytes = await readBytes(path, shown);
  if (bytes.length > MAX_FILE_SIZE_BYTES) {
    throw new CiError('CI_FILE_UNREADABLE', `${shown} is larger than 4 MiB`);
  }
  if (!isUtf8(bytes)) throw new CiError('CI_FILE_UNREADABLE', `${shown} is not UTF-8 text`);
  return { file: shown, text: bytes.toString('utf8').replace(/^\u{feff}/u, '') };
}

async function findConfig(folder: string): Promise<string> {
  for (const place of PLACES) if (await isThere(resolve(folder, place))) return place;
  throw new CiError('CI_FILE_NOT_FOUND', `there is no ${PLACES[0] ?? ''} in ${folder}`);
}

async function readBytes(path: string, shown: string): Promise<Buffer> {
  try {
    // Asked first: to open a pipe would wait for its writer.
    const facts = await stat(path);
    if (!facts.isFile()) {
      throw new CiError('CI_FILE_UNREADABLE', `${shown} is no regular file`);
    }
    await using handle = await open(path, 'r');
    const buffer = Buffer.alloc(Math.min(facts.size, MAX_FILE_SIZE_BYTES) + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof CiError) throw error;
    const code = systemCodeOf(error);
    if (code === 'ENOENT') {
      throw new CiError('CI_FILE_NOT_FOUND', `there is no file ${shown}`, { cause: error });
    }
    const message = `${shown} cannot be read: ${code ?? messageOf(error)}`;
    throw new CiError('CI_FILE_UNREADABLE', message, { cause: error });
  }
}

function shownPath(folder: string, path: string): string {
  const shown = relative(folder, path);
  return shown.startsWith('..') || isAbsolute(shown) ? path : shown;
}
