import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readTextIfThere } from '../../host/files.ts';
import type { Diagnostic } from '../../config/diagnostics.ts';
import type { SuitePlace } from '../contract.ts';
import {
  contractVariables,
  IMAGE_VARIABLES,
  type ContractVariables,
} from './contract-variables.ts';
import { parseEnvFile } from './env-file.ts';
import { invalid, parseComposeFile, type ParsedComposeFile } from './parse-compose-file.ts';
import { planSut } from './plan-sut.ts';
import type { Variables } from './substitute.ts';
import type { SutPlan } from './sut-plan.ts';

/** A Compose file, planned, with all that the plan came from. */
export interface LoadedSut {
  readonly plan: SutPlan;
  readonly compose: ParsedComposeFile;
  /** What only Docker Compose does; empty when our own runner does it all. */
  readonly beyond: readonly Diagnostic[];
  /** Absolute paths of the files of variables that services have. */
  readonly envFiles: readonly string[];
  /** Variables that the file asked for, with the values that it got; those of the image under test are left out. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly contract: ContractVariables;
}

/** Stands for the image under test while it is not known, as when a plan is made: its id is in the key anyway. */
const UNKNOWN_IMAGE = 'localhost/seatrial/image:under-test';

/**
 * @param file Relative to the project.
 * @throws {SuiteError} SUT_INVALID
 */
export async function loadSut(
  file: string,
  place: SuitePlace,
  testedReference: string = UNKNOWN_IMAGE,
): Promise<LoadedSut> {
  const path = join(place.projectFolder, file);
  const folder = dirname(path);
  const text = await readFile(path, 'utf8');
  const contract = await contractVariables(place, testedReference, text);
  const record = recordVariables({ ...place.env, ...withoutAbsent(contract) });
  await record.addDefaults(join(folder, '.env'), join(dirname(file), '.env'));
  const { variables } = record;
  const compose = parseComposeFile({ file, text, variables });
  const { projectFolder, source } = place;
  const planned = await planSut({
    file,
    compose,
    folder,
    projectFolder,
    source,
    variables,
    testedReference,
  });
  return {
    plan: { ...planned.plan, notices: [...planned.plan.notices, ...record.notices()] },
    compose,
    beyond: planned.beyond,
    envFiles: planned.envFiles,
    variables: record.used(),
    contract,
  };
}

interface VariableRecord {
  readonly variables: Variables;
  /** Reads the file that Compose reads beside its own: it gives what the environment does not. */
  addDefaults(path: string, shown: string): Promise<void>;
  used(): Readonly<Record<string, string | undefined>>;
  notices(): readonly string[];
}

function recordVariables(env: Readonly<Record<string, string | undefined>>): VariableRecord {
  const used = new Set<string>();
  const unset = new Set<string>();
  let defaults: Readonly<Record<string, string | null>> = {};
  const lookup = (name: string): string | undefined => env[name] ?? defaults[name] ?? undefined;
  const variables = {
    lookup,
    used: (name: string) => void used.add(name),
    unset: (name: string) => void unset.add(name),
  };
  return {
    variables,
    addDefaults: async (path, shown) => {
      const reading = parseEnvFile((await readTextIfThere(path)) ?? '', {
        ...variables,
        used: () => undefined,
      });
      if (!reading.ok) {
        throw invalid([{ file: shown, line: reading.line, column: 1, message: reading.problem }]);
      }
      defaults = reading.values;
    },
    used: () =>
      Object.fromEntries(
        [...used]
          .filter((name) => !IMAGE_VARIABLES.has(name))
          .sort()
          .map((name) => [name, lookup(name)]),
      ),
    notices: () =>
      [...unset].map(
        (name) =>
          `the variable ${name} is not set and stands for nothing; credentials are withheld unless \`suites.sut.env\` names them`,
      ),
  };
}

function withoutAbsent(values: ContractVariables): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
