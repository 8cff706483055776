import { extname } from 'node:path';
import type { ConfigSource } from '../../config/config-source.ts';
import { diagnosticAt, type Diagnostic } from '../../config/diagnostics.ts';
import { ConfigError } from '../../config/errors.ts';
import { problemsOfIssues } from '../../config/schema-issues.ts';
import { didYouMean } from '../../config/suggestion.ts';
import { parseYamlSource, type YamlDialect } from '../../config/yaml-source.ts';
import { messageOf } from '../../kernel/errors.ts';
import {
  fileSchemas,
  isSchemaVersion,
  type RunOptions,
  type SchemaVersion,
  type WrittenFile,
} from './file-schema.ts';
import { jsonValues, yamlValues } from './go-values.ts';
import type { CommandTest, ExistenceTest, StructureFile } from './structure-file.ts';

/** A file that was read, or all that keeps it from being read. */
export type FileReading =
  | { readonly ok: true; readonly parsed: StructureFile }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface WrittenText {
  /** Path as people know it; its ending tells the format. */
  readonly file: string;
  readonly text: string;
  /** Whether what the original passes over in silence is passed over here as well. */
  readonly isCompat: boolean;
}

/** Reads a file by its schema. What else is wrong with it, `traps/` says. */
export function parseStructureFile(written: WrittenText): FileReading {
  const extension = extname(written.file);
  try {
    if (extension === '.json') return parseJson(written);
    if (extension === '.yaml' || extension === '.yml') return parseYaml(written);
  } catch (error) {
    if (error instanceof ConfigError) return refused(error.diagnostics);
    throw error;
  }
  const message = 'The test file is neither YAML nor JSON.';
  const suggestion = 'Give it one of the endings .yaml, .yml or .json.';
  return refused([{ file: written.file, message, suggestion }]);
}

const noun = 'test file';
const beginning = 'Start with `schemaVersion: "2.0.0"`.';

function parseYaml({ file, text, isCompat }: WrittenText): FileReading {
  const dialect: YamlDialect = { version: '1.1', noun, beginning, hasMoreDocuments: isCompat };
  const source = parseYamlSource(file, text, dialect);
  return parseSource({ source, value: yamlValues(source), format: 'yaml' });
}

function parseJson({ file, text, isCompat }: WrittenText): FileReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused([syntaxError(file, text, messageOf(error))]);
  }
  if (isCompat) return parseGoJson(file, value);
  // YAML 1.2 holds JSON, and its parser knows where things stand.
  const source = parseYamlSource(file, text, { version: '1.2', noun, beginning });
  return parseSource({ source, value: source.value, format: 'json' });
}

/** Without places: of two equal keys the last one counts, which no parser with places takes. */
function parseGoJson(file: string, value: unknown): FileReading {
  const source: ConfigSource = {
    file,
    subject: `The ${noun}`,
    value,
    positionOf: () => undefined,
    writtenAt: () => undefined,
    diagnose: ({ message, suggestion }) => ({ file, message, suggestion }),
  };
  const version = versionOf(jsonValues(value, fileSchemas['2.0.0']));
  const schema = fileSchemas[isSchemaVersion(version) ? version : '2.0.0'];
  return parseSource({ source, value: jsonValues(value, schema), format: 'json' });
}

function syntaxError(file: string, text: string, reason: string): Diagnostic {
  const offset = Number(/at position (\d+)/u.exec(reason)?.[1] ?? text.length);
  const before = text.slice(0, offset).split('\n');
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, length: 1 };
  const [what = reason] = reason.split(/ in JSON| \(line/u);
  return diagnosticAt({ file, text }, place, { message: `The test file is no JSON: ${what}.` });
}

interface ReadValues {
  readonly source: ConfigSource;
  readonly value: unknown;
  readonly format: StructureFile['format'];
}

function parseSource({ source, value, format }: ReadValues): FileReading {
  const version = versionOf(value);
  if (!isSchemaVersion(version)) return refused([source.diagnose(versionProblem(version))]);
  const schema = fileSchemas[version];
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) {
    const problems = problemsOfIssues(schema, result.error.issues, source);
    return refused(problems.map((problem) => source.diagnose(problem)));
  }
  return { ok: true, parsed: toStructureFile(result.data, { source, version, format }) };
}

function versionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'schemaVersion' in value
    ? value.schemaVersion
    : undefined;
}

function versionProblem(version: unknown): Parameters<ConfigSource['diagnose']>[0] {
  const versions = Object.keys(fileSchemas);
  const path = ['schemaVersion'];
  if (typeof version !== 'string') {
    const message = 'The test file needs the key `schemaVersion`.';
    return { path, message, suggestion: 'Write `schemaVersion: "2.0.0"`.' };
  }
  return {
    path,
    message: `\`schemaVersion\` must be \`1.0.0\` or \`2.0.0\`, but is \`${version}\`.`,
    suggestion: didYouMean(version, versions),
  };
}

interface Origin {
  readonly source: ConfigSource;
  readonly version: SchemaVersion;
  readonly format: StructureFile['format'];
}

function toStructureFile(written: WrittenFile, { source, version, format }: Origin): StructureFile {
  const runOptions = 'containerRunOptions' in written ? written.containerRunOptions : undefined;
  return {
    file: source.file,
    version,
    format,
    globalEnvVars: written.globalEnvVars,
    commandTests: written.commandTests.map(toCommandTest),
    fileContentTests: written.fileContentTests,
    fileExistenceTests: written.fileExistenceTests.map(toExistenceTest),
    licenseTests: written.licenseTests,
    metadataTest: 'metadataTest' in written ? (written.metadataTest ?? undefined) : undefined,
    runOptions: runOptions && isSet(runOptions) ? runOptions : undefined,
    diagnose: (problem) => source.diagnose(problem),
    writtenAt: (path) => source.writtenAt(path),
  };
}

function toCommandTest(written: WrittenFile['commandTests'][number]): CommandTest {
  const { command, ...rest } = written;
  if (typeof command !== 'string') return { ...rest, argv: command };
  const args = 'args' in written ? written.args : [];
  return { ...rest, argv: command === '' ? [] : [command, ...args] };
}

function toExistenceTest(written: WrittenFile['fileExistenceTests'][number]): ExistenceTest {
  const { name, path, permissions, shouldExist } = written;
  return {
    name,
    path,
    permissions,
    shouldExist: shouldExist === undefined ? true : (shouldExist ?? false),
    uid: ownerOf('uid' in written ? written.uid : undefined),
    gid: ownerOf('gid' in written ? written.gid : undefined),
    isExecutableBy: 'isExecutableBy' in written ? written.isExecutableBy : '',
  };
}

/** Empty is root, absent is nobody in particular. */
function ownerOf(written: number | null | undefined): number {
  return written === undefined ? -1 : (written ?? 0);
}

function isSet(options: RunOptions): boolean {
  const { user, privileged, allocateTty, envFile, envVars, capabilities, bindMounts } = options;
  return (
    privileged ||
    allocateTty ||
    [user, envFile, envVars, capabilities, bindMounts].some(({ length }) => length > 0)
  );
}

function refused(diagnostics: readonly Diagnostic[]): FileReading {
  return { ok: false, diagnostics };
}
