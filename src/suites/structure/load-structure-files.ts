import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../../config/diagnostics.ts';
import { messageOfDiagnostics } from '../../config/errors.ts';
import type { StructureSuite } from '../../config/suite-schema.ts';
import type { SuitePlace } from '../contract.ts';
import { SuiteError } from '../errors.ts';
import { findSuiteFiles } from '../suite-files.ts';
import { parseStructureFile } from './parse-structure-file.ts';
import { readRunEnvironment, type RunEnvironment } from './run-environment.ts';
import type { StructureFile } from './structure-file.ts';
import { expansionTraps } from './traps/expansion.ts';
import { traps } from './traps/index.ts';

export interface LoadedFile {
  readonly parsed: StructureFile;
  readonly runEnv: RunEnvironment;
}

/** A file of the suite; one that could not be read is one failure among the others, where that is allowed. */
export type FileLoad =
  | ({ readonly ok: true; readonly file: string } & LoadedFile)
  | { readonly ok: false; readonly file: string; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads all files of a suite, in the order of their paths.
 * @throws {SuiteError} STRUCTURE_INVALID with everything that is wrong in any of them, unless in `compat` mode;
 * SUITE_NO_FILES
 */
export async function loadStructureFiles(
  settings: StructureSuite,
  place: SuitePlace,
): Promise<readonly FileLoad[]> {
  const files = await findSuiteFiles(settings.files, place.projectFolder);
  const loads = await Promise.all(files.map((file) => load(file, settings, place)));
  if (!settings.compat) refuse(loads.flatMap(diagnosticsOf));
  return loads;
}

/**
 * What can only be told with the image: variables that it does not set.
 * @throws {SuiteError} STRUCTURE_INVALID
 */
export function refuseUnsetVariables(
  files: readonly LoadedFile[],
  imageEnv: ReadonlyMap<string, string>,
): void {
  refuse(
    files.flatMap(({ parsed }) =>
      expansionTraps(parsed, imageEnv).map((problem) => parsed.diagnose(problem)),
    ),
  );
}

async function load(
  file: string,
  { compat }: StructureSuite,
  place: SuitePlace,
): Promise<FileLoad> {
  const text = await readFile(join(place.projectFolder, file), 'utf8');
  const reading = parseStructureFile({ file, text, isCompat: compat });
  if (!reading.ok) return { ok: false, file, diagnostics: reading.diagnostics };
  const { parsed } = reading;
  return { ok: true, file, parsed, runEnv: await readRunEnvironment(parsed, place) };
}

function diagnosticsOf(load: FileLoad): readonly Diagnostic[] {
  if (!load.ok) return load.diagnostics;
  const { parsed, runEnv } = load;
  const problems = [
    ...traps.flatMap((trap) => trap(parsed)),
    ...expansionTraps(parsed, undefined),
    ...runEnv.problems,
  ];
  return problems.map((problem) => parsed.diagnose(problem));
}

function refuse(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  throw new SuiteError('STRUCTURE_INVALID', messageOfDiagnostics(diagnostics));
}
