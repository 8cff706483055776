import { dirname, join } from 'node:path';
import { messageOfDiagnostics } from '../config/errors.ts';
import { readLockFile } from '../config/lock-file.ts';
import { loadConfig, registryFromEnvironment, type LoadedConfig } from '../config/load-config.ts';
import type { Config } from '../config/schema.ts';
import type { Environment } from '../host/environment.ts';
import type { GitFacts } from '../host/git.ts';
import { PipelineError } from './errors.ts';
import { deriveConfig, toProjectName } from './project-derive.ts';
import { sortByParents } from './project-graph.ts';
import { readImage, type ReadImage } from './project-image-read.ts';
import { findImagePaths, type ImagePaths } from './project-paths.ts';
import { assertTagsApart } from './project-tags.ts';
import type { Project } from './project.ts';

export interface LoadProjectOptions {
  /** Absolute; from `findProjectFolder`. */
  readonly folder: string;
  /** Only `SEATRIAL_REGISTRY` is read. */
  readonly env: Environment;
  readonly git: Pick<GitFacts, 'remote'>;
  /** Ids of all behaviour checks, which `skip` and `only` may name. */
  readonly checkIds: readonly string[];
  /**
   * A configuration chosen by hand, relative to `folder`. Its own folder then is the project's.
   * @default the one of the folder
   */
  readonly configFile?: string | undefined;
  /** Passes over any configuration, as `init` does. @default false */
  readonly isDerived?: boolean | undefined;
  /** Wins over environment and configuration. @default none */
  readonly registry?: string | undefined;
}

/**
 * Reads the project of a folder: its configuration, or what can be derived without one, and every Dockerfile,
 * so that the graph of images is known before anything is built.
 * @throws {ConfigError} see `loadConfig`
 * @throws {DockerfileError} see `resolveDockerfile`
 * @throws {PipelineError} PROJECT_NOT_FOUND, PROJECT_PATH_INVALID, PROJECT_CYCLE, PROJECT_TAG_CONFLICT
 */
export async function loadProject(options: LoadProjectOptions): Promise<Project> {
  const loaded = await loadConfigOf(options);
  const folder = loaded === undefined ? options.folder : dirname(loaded.file);
  const name = loaded?.config.project ?? toProjectName(folder, options.git.remote);
  const config = loaded?.config ?? (await deriveConfig(folder, name));
  const registry = options.registry ?? registryFromEnvironment(options.env) ?? config.registry;
  const paths = await findPaths(folder, config, loaded);
  const entries = Object.entries(config.images);
  const locked = await readLockFile(folder);
  const named = entries.map(([image, { ship }]) => ({ name: image, ship: ship || undefined }));
  const read = await Promise.all(
    entries.map(async ([image, entry]): Promise<ReadImage> =>
      readImage(
        { name: image, entry, paths: pathsOf(paths, image), hardening: locked.get(image) },
        { folder, images: named, registry, config: loaded },
      ),
    ),
  );
  if (loaded !== undefined) assertTagsApart(named, registry, loaded);
  const order = sortByParents(
    entries.map(([image]) => image),
    read.flatMap(({ edges }) => edges),
  );
  const byName = new Map(read.map(({ image }) => [image.name, image]));
  return Object.freeze({
    name,
    folder,
    configFile: loaded?.file,
    registry,
    defaultBranch: config.default_branch,
    images: order.flatMap((image) => byName.get(image) ?? []),
  });
}

async function loadConfigOf(options: LoadProjectOptions): Promise<LoadedConfig | undefined> {
  if (options.isDerived === true) return undefined;
  const { folder, env, checkIds, configFile } = options;
  return await loadConfig({ folder, env, checkIds, file: configFile });
}

/** Every wrong path is told at once. */
async function findPaths(
  folder: string,
  config: Config,
  loaded: LoadedConfig | undefined,
): Promise<ReadonlyMap<string, ImagePaths>> {
  const found = await Promise.all(
    Object.entries(config.images).map(async ([name, { context, dockerfile }]) => ({
      name,
      paths: await findImagePaths(folder, { name, context, dockerfile }),
    })),
  );
  const problems = found.flatMap(({ paths }) => ('message' in paths ? [paths] : []));
  if (problems.length > 0) {
    const diagnostics = problems.map(
      (problem) =>
        loaded?.diagnose(problem) ?? { file: join(folder, 'Dockerfile'), message: problem.message },
    );
    throw new PipelineError('PROJECT_PATH_INVALID', messageOfDiagnostics(diagnostics), {
      details: { diagnostics },
    });
  }
  return new Map(found.flatMap(({ name, paths }) => ('message' in paths ? [] : [[name, paths]])));
}

function pathsOf(paths: ReadonlyMap<string, ImagePaths>, image: string): ImagePaths {
  const found = paths.get(image);
  if (found === undefined) throw new Error(`no paths were found for ${image}`);
  return found;
}
