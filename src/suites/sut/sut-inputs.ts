import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { digestContext } from '../../build/context-digest.ts';
import { scanContext } from '../../build/context.ts';
import type { FileSuite } from '../../config/suite-schema.ts';
import { digestOf } from '../../kernel/digest.ts';
import { systemCodeOf } from '../../kernel/errors.ts';
import type { Platform } from '../../kernel/platform.ts';
import type { SuitePlace } from '../contract.ts';
import { environmentInputs, fileInputs, findSuiteFiles, fingerprint } from '../suite-files.ts';
import { loadSut, type LoadedSut } from './load-sut.ts';
import { fileDigestsOf, readServiceBuild } from './service-build.ts';
import { builderOf, means } from './service-image.ts';

type Inputs = Readonly<Record<string, string>>;

/**
 * Everything that decides the verdicts: the files, the variables they asked for, what is mounted from the project, and
 * what is built besides the image under test. Images that are pulled count by their names.
 */
export async function sutInputs(settings: FileSuite, place: SuitePlace): Promise<Inputs> {
  const files = await findSuiteFiles(settings.files, place.projectFolder);
  let inputs: Inputs = {
    timeout: String(settings.timeout),
    ...environmentInputs(settings.env, place.env),
  };
  for (const file of files) {
    const loaded = await loadSut(file, place);
    inputs = {
      ...inputs,
      [`file:${file}`]: await fingerprint(join(place.projectFolder, file)),
      ...variableInputs(file, loaded),
      ...(await pathInputs(loaded, place)),
      ...(await buildInputs(loaded, place)),
      // Docker Compose may read more than is known here; as with scripts, what lies around the file counts.
      ...(loaded.beyond.length === 0
        ? {}
        : await fileInputs({ ...settings, files: [file] }, place)),
    };
  }
  return inputs;
}

function variableInputs(file: string, { variables }: LoadedSut): Inputs {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      `variable:${file}:${name}`,
      value === undefined ? 'absent' : digestOf(value),
    ]),
  );
}

async function pathInputs({ plan, envFiles }: LoadedSut, place: SuitePlace): Promise<Inputs> {
  const inputs: Record<string, string> = {};
  for (const path of envFiles) {
    inputs[`file:${relative(place.projectFolder, path)}`] = await fingerprint(path);
  }
  for (const { type, source } of plan.services.flatMap(({ mounts }) => mounts)) {
    if (type !== 'bind' || source === undefined) continue;
    const name = relative(place.projectFolder, source) || '.';
    inputs[`mount:${name}`] ??= await pathDigest(source, place);
  }
  return inputs;
}

/** Everything in a folder, but not what git and we keep there for ourselves. */
async function pathDigest(path: string, place: SuitePlace): Promise<string> {
  if (!(await isFolder(path))) return await fingerprint(path);
  const snapshot = await scanContext(path, {
    includes: (name) => !isForOthers(name),
    excludesWhole: isForOthers,
  });
  return (await digestContext(snapshot, await fileDigestsOf(place))).digest;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function isForOthers(name: string): boolean {
  return /^(?:\.git|\.seatrial)(?:\/|$)/u.test(name);
}

/** The engine's platform is not known here; it is part of the image under test. */
const ANY_PLATFORM: Platform = Object.freeze({ os: 'linux', architecture: 'amd64' });

async function buildInputs(
  { plan, compose, contract }: LoadedSut,
  place: SuitePlace,
): Promise<Inputs> {
  const inputs: Record<string, string> = {};
  const tested = { source: place.source, testedReference: contract['IMAGE'] ?? '' };
  for (const { image } of plan.services) {
    if (image.kind !== 'built') continue;
    const { key } = await readServiceBuild(image.build, {
      place,
      platform: ANY_PLATFORM,
      localImage: (reference) => {
        const isTested = means(reference, tested);
        const isLocal = isTested || builderOf(reference, { compose }) !== undefined;
        return isLocal ? { reference, identity: 'local', isTested } : undefined;
      },
    });
    inputs[`build:${plan.file}:${image.build.service}`] = key.digest;
  }
  return inputs;
}
