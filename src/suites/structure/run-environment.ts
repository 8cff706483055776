import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderPath, type Path, type Problem } from '../../config/diagnostics.ts';
import { messageOf, systemCodeOf } from '../../kernel/errors.ts';
import type { SuitePlace } from '../contract.ts';
import { parseEnvFile } from './env-file.ts';
import type { StructureFile } from './structure-file.ts';
import { ORIGINAL } from './traps/trap.ts';

/** The variables that `containerRunOptions` brings from outside, read once per file. */
export interface RunEnvironment {
  readonly values: Readonly<Record<string, string>>;
  /** Names of `envVars` that are not set: no engine takes what the original makes of them. */
  readonly unset: readonly string[];
  /** What makes the original set less than the file says, without a word or with a warning. */
  readonly problems: readonly Problem[];
}

export async function readRunEnvironment(
  file: StructureFile,
  place: SuitePlace,
): Promise<RunEnvironment> {
  const { envFile = '', envVars = [] } = file.runOptions ?? {};
  const fromFile = envFile === '' ? nothing : await readEnvironmentFile(envFile, place);
  // An empty value is an unset one to the original.
  const unset = envVars.filter((name) => (place.env[name] ?? '') === '');
  const fromNames = envVars.flatMap((name) =>
    unset.includes(name) ? [] : [[name, place.env[name] ?? ''] as const],
  );
  return {
    values: { ...fromFile.values, ...Object.fromEntries(fromNames) },
    unset,
    problems: [
      ...fromFile.problems,
      ...envVars.flatMap((name, index) =>
        unset.includes(name) ? [unsetProblem(name, index)] : [],
      ),
    ],
  };
}

type FromFile = Pick<RunEnvironment, 'values' | 'problems'>;

const nothing: FromFile = { values: {}, problems: [] };
const PATH: Path = ['containerRunOptions', 'envFile'];

/** Relative to the project's folder, which is what the original is started in. */
async function readEnvironmentFile(name: string, place: SuitePlace): Promise<FromFile> {
  let text: string;
  try {
    text = await readFile(join(place.projectFolder, name), 'utf8');
  } catch (error) {
    return { values: {}, problems: [unreadable(name, systemCodeOf(error) ?? messageOf(error))] };
  }
  const reading = parseEnvFile(text);
  if (!reading.ok) return { values: {}, problems: [unreadable(name, reading.problem)] };
  const entries = Object.entries(reading.values);
  return {
    values: Object.fromEntries(entries.filter(([key, value]) => key !== '' && value !== '')),
    problems: entries.filter(([, value]) => value === '').map(([key]) => emptyValue(name, key)),
  };
}

function unreadable(name: string, reason: string): Problem {
  return {
    path: PATH,
    message: `\`${renderPath(PATH)}\`: ${name} cannot be read: ${reason}; ${ORIGINAL} would go on without it.`,
    suggestion: 'Paths are relative to the folder of the configuration file.',
  };
}

function emptyValue(name: string, key: string): Problem {
  return {
    path: PATH,
    message: `\`${renderPath(PATH)}\`: ${name} sets \`${key}\` to nothing, which ${ORIGINAL} passes over.`,
    suggestion: `Remove the line, or give \`${key}\` a value.`,
  };
}

function unsetProblem(name: string, index: number): Problem {
  const path = ['containerRunOptions', 'envVars', index];
  return {
    path,
    message: `\`${renderPath(path)}\` names \`${name}\`, which is not set where Seatrial runs.`,
    suggestion: `Set it; if it looks like a credential, name it in \`suites.structure.env\` too.`,
  };
}
