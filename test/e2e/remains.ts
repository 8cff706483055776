import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../src/engine/contract.ts';
import { labelNames } from '../../src/engine/labels.ts';
import { runsOf } from './sample-project.ts';
import type { TemporaryPlace } from './temporary-place.ts';

/** Where runs are, and by what their leftovers are known. */
export type RunPlace = Pick<TemporaryPlace, 'id' | 'folder' | 'temporaryFolder'>;

/**
 * Everything of a project's runs that should be gone once no run is under way, one line each: objects on the
 * engine, temporary files, processes.
 */
export async function remainsOf(project: RunPlace, engine: Engine): Promise<readonly string[]> {
  const found = await Promise.all([
    objectsOf(project, engine),
    temporaryFilesOf(project),
    processesOf(project),
  ]);
  return found.flat();
}

async function objectsOf(project: RunPlace, engine: Engine): Promise<readonly string[]> {
  const runs = new Set(await runsOf(project.folder));
  const objects = await engine.objects.list([labelNames.run]);
  return objects
    .filter(({ labels }) => runs.has(labels[labelNames.run] ?? ''))
    .map(({ kind, name }) => `${kind} ${name}`);
}

/** Whatever is in the temporary folder that only this project's runs use. */
async function temporaryFilesOf(project: RunPlace): Promise<readonly string[]> {
  const files = await filesBelow(project.temporaryFolder);
  // The one folder per user in which all temporary folders are.
  return files.filter((path) => !/\/seatrial-\d+$/u.test(path)).map((path) => `file ${path}`);
}

/** Half-written files and locks in `.seatrial`: a run that was killed may leave them, the next one may not. */
export async function draftsOf(project: RunPlace): Promise<readonly string[]> {
  const files = await filesBelow(join(project.folder, '.seatrial'));
  // A lease outlives its holder, to count the holders.
  return files.filter((path) => /\.tmp$|\.dead$|\/locks\/(?!.*\.json$)|\/store\/tmp\//u.test(path));
}

/** Folders may vanish meanwhile: then they hold nothing. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? [path, ...(await filesBelow(path))] : [path];
    }),
  );
  return found.flat();
}

/** Processes that have to do with the project: by what they were called with, by where they are, by what they were told. */
async function processesOf(project: RunPlace): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const lines = await Promise.all(pids.map(async (pid) => await describeIfOf(project.id, pid)));
  return lines.filter((line) => line !== undefined);
}

async function describeIfOf(id: string, pid: string): Promise<string | undefined> {
  const [argv, place, environment] = await Promise.all([
    readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
    readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''),
  ]);
  if (![argv, place, environment].some((text) => text.includes(id))) return undefined;
  return `process ${pid} ${argv.replaceAll('\0', ' ')}`;
}

/** Watchdogs that a process has started; found at once, so that it can be killed together with them. */
export function watchdogsOf(parentPid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .filter((pid) => {
      const stat = readIfThere(`/proc/${pid}/stat`);
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (
        fields[1] === String(parentPid) &&
        readIfThere(`/proc/${pid}/cmdline`).includes('watchdog-main')
      );
    })
    .map(Number);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
