import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { diagnosticAt } from '../config/diagnostics.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Hardening } from '../config/hardening-schema.ts';
import type { ImageConfigEntry } from '../config/schema.ts';
import { didYouMean } from '../config/suggestion.ts';
import { parseDockerfile } from '../dockerfile/parse.ts';
import {
  resolveDockerfile,
  type ImageUse,
  type ResolvedDockerfile,
} from '../dockerfile/resolve.ts';
import { parsePlatform, type Platform } from '../kernel/platform.ts';
import type { GraphEdge } from './project-graph.ts';
import { parentNamed } from './project-parents.ts';
import type { ImagePaths } from './project-paths.ts';
import type { ArgValue, ProjectImage } from './project.ts';

/** An image with the places that say what it is built on. */
export interface ReadImage {
  readonly image: ProjectImage;
  readonly edges: readonly GraphEdge[];
}

interface WrittenImage {
  readonly name: string;
  readonly entry: ImageConfigEntry;
  readonly paths: ImagePaths;
  /** Of the lock file. */
  readonly hardening: Hardening | undefined;
}

interface Surroundings {
  readonly folder: string;
  readonly images: readonly Pick<ProjectImage, 'name' | 'ship'>[];
  readonly registry: string | undefined;
  /** Absent without a configuration. */
  readonly config: Pick<LoadedConfig, 'diagnose'> | undefined;
}

/** For the graph alone, where no platform is named: which bases there are rarely depends on it. */
const ANY_PLATFORM: Platform = Object.freeze({ os: 'linux', architecture: 'amd64' });

/** Reads the Dockerfile of an image and finds what it is built on. @throws {DockerfileError} */
export async function readImage(written: WrittenImage, around: Surroundings): Promise<ReadImage> {
  const { name, entry, paths, hardening } = written;
  const file = relative(around.folder, paths.dockerfilePath);
  const text = await readFile(paths.dockerfilePath, 'utf8');
  const resolved = resolveForAll(text, file, entry);
  const edges = [
    ...edgesOfArgs(written, around),
    ...resolved.flatMap(({ uses }) =>
      uses.flatMap((use) => edgesOfUse({ name, file, text }, use, around)),
    ),
  ];
  const [first] = resolved;
  return {
    edges,
    image: Object.freeze({
      name,
      ...paths,
      target: entry.target,
      args: entry.args,
      platforms: entry.platforms,
      untested: entry.untested,
      labels: entry.labels,
      parents: [...new Set(edges.map(({ parent }) => parent))],
      profile: {
        ready: entry.ready,
        run: entry.run,
        state: entry.state,
        notSecret: entry.ship ? entry.ship.not_secret : undefined,
        hardening,
      },
      suites: entry.suites,
      ship: entry.ship || undefined,
      hooks: entry.hooks,
      facts: first?.facts ?? { exposedPorts: [], volumes: [] },
      warnings: first === undefined ? [] : warningsOf(file, first),
    }),
  };
}

/** Another platform can mean another base: edges of all of them count. */
function resolveForAll(
  text: string,
  file: string,
  entry: ImageConfigEntry,
): readonly ResolvedDockerfile[] {
  const parsed = parseDockerfile(text, file);
  const args = Object.fromEntries(
    Object.entries(entry.args).map(([arg, value]: readonly [string, ArgValue]) => [
      arg,
      // The reference itself is known once the parent is built; until then its name stands for it.
      typeof value === 'string' ? value : value.image,
    ]),
  );
  const platforms = entry.platforms?.flatMap((each) => parsePlatform(each) ?? []) ?? [];
  return (platforms.length > 0 ? platforms : [ANY_PLATFORM]).map((platform) =>
    resolveDockerfile({ parsed, args, target: entry.target, platform }),
  );
}

function edgesOfArgs({ name, entry }: WrittenImage, around: Surroundings): readonly GraphEdge[] {
  return Object.entries(entry.args).flatMap(([arg, value]): readonly GraphEdge[] => {
    if (typeof value === 'string') return [];
    const problem = {
      path: ['images', name, 'args', arg, 'image'],
      message: `\`${name}\` is built on \`${value.image}\`.`,
    };
    const diagnostic = around.config?.diagnose(problem) ?? { file: name, message: problem.message };
    return [{ child: name, parent: value.image, diagnostic }];
  });
}

function edgesOfUse(
  dockerfile: { readonly name: string; readonly file: string; readonly text: string },
  use: ImageUse,
  around: Surroundings,
): readonly GraphEdge[] {
  const parent = parentNamed(use.reference, dockerfile, around);
  if (parent === undefined) return [];
  const diagnostic = diagnosticAt(
    dockerfile,
    { line: use.line, column: use.column, length: use.range.end - use.range.start },
    { message: `\`${dockerfile.name}\` is built on \`${parent}\`.` },
  );
  return [{ child: dockerfile.name, parent, diagnostic }];
}

function warningsOf(file: string, resolved: ResolvedDockerfile): readonly string[] {
  return resolved.unknownArgs.map((arg) =>
    [`no ARG of ${file} declares \`${arg}\`.`, didYouMean(arg, resolved.declaredArgs)]
      .filter((part) => part !== undefined)
      .join(' '),
  );
}
