import { join, posix } from 'node:path';
import type { StructureSuite } from '../../config/suite-schema.ts';
import { digestOf } from '../../kernel/digest.ts';
import type { Case } from '../../kernel/verdict.ts';
import type { SuiteContext, SuiteKind, SuitePlace } from '../contract.ts';
import { fingerprint } from '../suite-files.ts';
import { openEngineWorld } from './engine-world.ts';
import { environmentOf } from './judge-metadata.ts';
import { judgeStructure } from './judge-structure.ts';
import { loadStructureFiles, refuseUnsetVariables, type FileLoad } from './load-structure-files.ts';

/** Files of container-structure-test, unchanged: each of its tests is a case. */
export const structureSuite: SuiteKind<StructureSuite> = Object.freeze({
  kind: 'structure',
  version: '1',
  inputs: structureInputs,
  run: runStructure,
});

/** The files, and what they bring in from outside: `envFile` and the variables of `containerRunOptions`. */
async function structureInputs(
  settings: StructureSuite,
  place: SuitePlace,
): Promise<Readonly<Record<string, string>>> {
  const inputs: Record<string, string> = {};
  for (const load of await loadStructureFiles(settings, place)) {
    inputs[`file:${load.file}`] = await fingerprint(join(place.projectFolder, load.file));
    const { envFile = '', envVars = [] } = runOptionsOf(load);
    if (envFile !== '') {
      const path = posix.normalize(envFile);
      inputs[`file:${path}`] = await fingerprint(join(place.projectFolder, path));
    }
    for (const name of envVars) {
      const value = place.env[name];
      inputs[`env:${name}`] = value === undefined ? 'absent' : digestOf(value);
    }
  }
  return inputs;
}

type WrittenOptions = { readonly envFile?: string; readonly envVars?: readonly string[] };

function runOptionsOf(load: FileLoad): WrittenOptions {
  return (load.ok ? load.parsed.runOptions : undefined) ?? {};
}

async function runStructure(
  settings: StructureSuite,
  context: SuiteContext,
): Promise<readonly Case[]> {
  const isCompat = settings.compat;
  const loads = await loadStructureFiles(settings, context);
  const { config } = context.image.record;
  if (!isCompat) {
    const loaded = loads.flatMap((load) => (load.ok ? [load] : []));
    refuseUnsetVariables(loaded, environmentOf(config));
  }
  await using world = openEngineWorld({ context, timeoutMs: settings.timeout, isCompat });
  const { report, signal, concurrency } = context;
  return await judgeStructure(loads, { world, isCompat, report, signal, concurrency });
}
