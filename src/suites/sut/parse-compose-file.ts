import type { ConfigSource } from '../../config/config-source.ts';
import { messageOfDiagnostics, ConfigError } from '../../config/errors.ts';
import type { Diagnostic, Path, Problem } from '../../config/diagnostics.ts';
import { problemsOfIssues } from '../../config/schema-issues.ts';
import { parseYamlSource } from '../../config/yaml-source.ts';
import { SuiteError } from '../errors.ts';
import { composeSchema, modernise, oldComposeSchema, type ComposeFile } from './compose-schema.ts';
import { fillIn, numbersAsText } from './fill-in.ts';
import { keysBeyond } from './other-keys.ts';
import type { Variables } from './substitute.ts';

/** A Compose file that was understood, with the way back to its lines. */
export interface ParsedComposeFile extends ComposeFile {
  /** The whole document with its variables filled in, in the shape that it has. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Whether its services stand at the top, as in the first version. */
  readonly isOld: boolean;
  /** Where keys are that our own runner does not do. */
  readonly beyond: readonly Path[];
  /** For a path that begins with `services`, whatever the version. */
  readonly diagnose: (problem: Problem) => Diagnostic;
}

export interface ComposeText {
  /** Path as people know it. */
  readonly file: string;
  readonly text: string;
  readonly variables: Variables;
}

/** @throws {SuiteError} SUT_INVALID with everything that keeps the file from being understood, and where */
export function parseComposeFile({ file, text, variables }: ComposeText): ParsedComposeFile {
  const source = readSource(file, text);
  const { value, problems } = fillIn(source.value, variables);
  if (problems.length > 0) throw invalid(problems.map((problem) => source.diagnose(problem)));
  const isOld = hasOldShape(value);
  const compose = isOld ? parseOld(value, source) : parseModern(value, source);
  const toPath = (path: Path): Path => (isOld && path[0] === 'services' ? path.slice(1) : path);
  const diagnose = (problem: Problem): Diagnostic =>
    source.diagnose({ ...problem, path: toPath(problem.path) });
  return {
    ...compose,
    document: isRecord(value) ? value : {},
    isOld,
    beyond: keysBeyond(compose),
    diagnose,
  };
}

export function invalid(diagnostics: readonly Diagnostic[], cause?: unknown): SuiteError {
  return new SuiteError('SUT_INVALID', messageOfDiagnostics(diagnostics), { cause });
}

function readSource(file: string, text: string): ConfigSource {
  try {
    return parseYamlSource(file, text, {
      version: '1.2',
      noun: 'Compose file',
      beginning: 'Start with `services:` and a service `sut`.',
    });
  } catch (error) {
    if (error instanceof ConfigError) throw invalid(error.diagnostics, error);
    throw error;
  }
}

function parseModern(value: unknown, source: ConfigSource): ComposeFile {
  const parsed = composeSchema.safeParse(numbersAsText(value, source), { reportInput: true });
  if (parsed.success) return { ...parsed.data, declaresVolumes: true };
  const problems = problemsOfIssues(composeSchema, parsed.error.issues, source);
  throw invalid(problems.map((problem) => source.diagnose(problem)));
}

function parseOld(value: unknown, source: ConfigSource): ComposeFile {
  const parsed = oldComposeSchema.safeParse(numbersAsText(value, source), { reportInput: true });
  if (parsed.success) return modernise(parsed.data);
  const problems = problemsOfIssues(oldComposeSchema, parsed.error.issues, source);
  throw invalid(problems.map((problem) => source.diagnose(problem)));
}

/** Nothing but services: each a map that says where its image comes from. */
function hasOldShape(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const entries = Object.values(value);
  return (
    entries.length > 0 &&
    !Object.hasOwn(value, 'services') &&
    entries.every((each) => isRecord(each) && ('image' in each || 'build' in each))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
