import { join } from 'node:path';
import { stringify } from 'yaml';
import { readTextIfThere, writeFileAtomically } from '../host/files.ts';
import { lockSchema, type Hardening } from './hardening-schema.ts';
import { parseBySchema } from './parse-by-schema.ts';
import { parseYamlSource } from './yaml-source.ts';

/** Beside the configuration, and kept with it: what images were proved to need. */
export const LOCK_FILE = 'seatrial.lock';

const HEAD = '# What each image was proved to need. Written by `seatrial harden --write`.\n';

/**
 * What each image is locked to, by name; nobody is when there is no file.
 * @throws {ConfigError} CONFIG_SYNTAX, CONFIG_INVALID
 */
export async function readLockFile(projectFolder: string): Promise<ReadonlyMap<string, Hardening>> {
  const text = await readTextIfThere(join(projectFolder, LOCK_FILE));
  if (text === undefined) return new Map();
  const { images } = parseBySchema(
    lockSchema,
    parseYamlSource(LOCK_FILE, text),
    'Correct the marked lines, or make them anew with `seatrial harden --write`.',
  );
  return new Map(Object.entries(images).map(([name, { hardening }]) => [name, hardening]));
}

/** Locks one image; others stay as they are. Returns the path of the file. @throws {ConfigError} as `readLockFile` */
export async function writeLockFile(
  projectFolder: string,
  image: string,
  hardening: Hardening,
): Promise<string> {
  const locked = new Map([...(await readLockFile(projectFolder)), [image, hardening]]);
  const images = [...locked]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, { hardening: toWritten(each) }] as const);
  const text = stringify({ version: 1, images: Object.fromEntries(images) });
  const path = join(projectFolder, LOCK_FILE);
  await writeFileAtomically(path, HEAD + text);
  return path;
}

const MIB = 1024 ** 2;

/** As a person would write it. */
function toWritten({ memory, ...rest }: Hardening): Readonly<Record<string, unknown>> {
  if (memory === undefined) return rest;
  return { ...rest, memory: memory % MIB === 0 ? `${String(memory / MIB)}m` : memory };
}
