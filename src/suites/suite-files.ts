import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileSuite } from '../config/suite-schema.ts';
import type { Environment } from '../host/environment.ts';
import { digestOf } from '../kernel/digest.ts';
import { systemCodeOf } from '../kernel/errors.ts';
import type { SuitePlace } from './contract.ts';
import { SuiteError } from './errors.ts';

/**
 * The files of a suite, as sorted paths relative to the project, with `/`.
 * @throws {SuiteError} SUITE_NO_FILES when a pattern matches nothing: a test that is gone is not a pass.
 */
export async function findSuiteFiles(
  patterns: readonly string[],
  projectFolder: string,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const before = found.size;
    let count = 0;
    for await (const entry of glob(pattern, { cwd: projectFolder, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!isSkipped(relative(projectFolder, entry.parentPath)) && (await isFile(path))) {
        count += 1;
        found.add(toPosix(relative(projectFolder, path)));
      }
    }
    if (count === 0 && found.size === before) {
      throw new SuiteError(
        'SUITE_NO_FILES',
        `${JSON.stringify(pattern)} matches no file in ${projectFolder}`,
      );
    }
  }
  return [...found].sort();
}

/** Beyond so many files the folder is no folder of tests; then only the files beside a test count. */
const MAX_FILES = 1000;
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', '.git', '.seatrial']);

/**
 * Everything that decides the verdicts of a suite of files: the files with their modes, what lies beside and
 * below them (they may read it), and the values of the named environment variables.
 *
 * Below the project folder itself only the files beside count, because the whole project would. What is
 * larger than 1000 files counts the same way.
 */
export async function fileInputs(
  settings: FileSuite,
  place: SuitePlace,
): Promise<Readonly<Record<string, string>>> {
  const files = await findSuiteFiles(settings.files, place.projectFolder);
  const folders = new Set(files.map((file) => join(place.projectFolder, file, '..')));
  const paths = new Set(files.map((file) => join(place.projectFolder, file)));
  for (const folder of folders) {
    for (const path of await filesAround(folder, place.projectFolder)) paths.add(path);
  }
  const inputs: Record<string, string> = { timeout: String(settings.timeout) };
  for (const path of [...paths].sort()) {
    inputs[`file:${toPosix(relative(place.projectFolder, path))}`] = await fingerprint(path);
  }
  return { ...inputs, ...environmentInputs(settings.env, place.env) };
}

export function environmentInputs(
  names: readonly string[],
  env: Environment,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.map((name) => {
      const value = env[name];
      return [`env:${name}`, value === undefined ? 'absent' : digestOf(value)];
    }),
  );
}

/** Digest and the mode's executable bits; `absent` when the file went away meanwhile. */
export async function fingerprint(path: string): Promise<string> {
  try {
    const { mode } = await stat(path);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return `sha256:${hash.digest('hex')} ${(mode & 0o777).toString(8)}`;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return 'absent';
    throw error;
  }
}

async function filesAround(folder: string, projectFolder: string): Promise<readonly string[]> {
  const isWhole = folder === projectFolder || !folder.startsWith(projectFolder + sep);
  const below = isWhole ? undefined : await filesBelow(folder, MAX_FILES);
  return below ?? (await entriesOf(folder)).files;
}

/** Absent when there are more than `limit`. */
async function filesBelow(folder: string, limit: number): Promise<readonly string[] | undefined> {
  const all: string[] = [];
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { files, folders } = await entriesOf(next);
    all.push(...files);
    pending.push(...folders);
    if (all.length > limit) return undefined;
  }
  return all;
}

async function entriesOf(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true });
  const kept = entries.filter((entry) => !SKIPPED.has(entry.name));
  const pathOf = ({ name }: { readonly name: string }): string => join(folder, name);
  const files = kept.filter((entry) => entry.isFile()).map(pathOf);
  // A link counts when it leads to a file; links to folders could lead anywhere.
  for (const link of kept.filter((entry) => entry.isSymbolicLink())) {
    if (await isFile(pathOf(link))) files.push(pathOf(link));
  }
  return { files, folders: kept.filter((entry) => entry.isDirectory()).map(pathOf) };
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function isSkipped(folder: string): boolean {
  return folder.split(sep).some((part) => SKIPPED.has(part));
}

function toPosix(path: string): string {
  return path.split(sep).join('/');
}
