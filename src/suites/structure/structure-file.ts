import type { Diagnostic, Path, Problem } from '../../config/diagnostics.ts';
import type {
  ContentTest,
  LicenseTest,
  MetadataTest,
  RunOptions,
  SchemaVersion,
  Variable,
} from './file-schema.ts';

/** A file of container-structure-test, of either schema, with its defaults filled in. */
export interface StructureFile {
  /** Path as people know it. */
  readonly file: string;
  readonly version: SchemaVersion;
  readonly format: 'yaml' | 'json';
  readonly globalEnvVars: readonly Variable[];
  readonly commandTests: readonly CommandTest[];
  readonly fileContentTests: readonly ContentTest[];
  readonly fileExistenceTests: readonly ExistenceTest[];
  readonly licenseTests: readonly LicenseTest[];
  /** Absent when the file has none; one that asks for nothing is no test: `isAsking`. */
  readonly metadataTest?: MetadataTest | undefined;
  /** Absent when nothing in it is set: a `false` or an empty list is not. */
  readonly runOptions?: RunOptions | undefined;
  /** Makes a diagnostic of a problem, at its place in the file. */
  diagnose(problem: Problem): Diagnostic;
  /** A plain value as it is written, `010` for 8. */
  writtenAt(path: Path): string | undefined;
}

export interface CommandTest {
  readonly name: string;
  readonly setup: readonly (readonly string[])[];
  readonly teardown: readonly (readonly string[])[];
  readonly envVars: readonly Variable[];
  readonly exitCode: number;
  /** Program and arguments. Empty when the file names no program. */
  readonly argv: readonly string[];
  readonly expectedOutput: readonly string[];
  readonly excludedOutput: readonly string[];
  readonly expectedError: readonly string[];
  readonly excludedError: readonly string[];
}

export interface ExistenceTest {
  readonly name: string;
  readonly path: string;
  readonly shouldExist: boolean;
  /** As Go's `os.FileMode` reads; empty: not asked for. */
  readonly permissions: string;
  /** -1: not asked for. */
  readonly uid: number;
  /** -1: not asked for. */
  readonly gid: number;
  /** `owner`, `group`, `other` or `any`; empty: not asked for. */
  readonly isExecutableBy: string;
}

/** Whether a metadata test asks for anything. */
export function isAsking(test: MetadataTest): boolean {
  const { envVars, unboundEnvVars, labels, exposedPorts, unexposedPorts } = test;
  const lists = [envVars, unboundEnvVars, labels, exposedPorts, unexposedPorts];
  const values = [test.volumes, test.unmountedVolumes];
  return (
    [...lists, ...values].some((list) => list.length > 0) ||
    [test.entrypoint ?? undefined, test.cmd ?? undefined].some((argv) => argv !== undefined) ||
    [test.workdir, test.user].some((text) => (text ?? '') !== '')
  );
}

/** How many tests a file has, as the original counts. */
export function countTests(file: StructureFile): number {
  return (
    file.commandTests.length +
    file.fileContentTests.length +
    file.fileExistenceTests.length +
    file.licenseTests.length +
    (file.metadataTest !== undefined && isAsking(file.metadataTest) ? 1 : 0)
  );
}

/** Where a word of a command stands: the first schema has one list, the second a program and a list. */
export function placeOfArgument(version: SchemaVersion, index: number): Path {
  if (version === '1.0.0') return ['command', index];
  return index === 0 ? ['command'] : ['args', index - 1];
}
