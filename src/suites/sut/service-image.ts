import { resolve } from 'node:path';
import type { Problem } from '../../config/diagnostics.ts';
import type { ImageSource } from '../contract.ts';
import { keysBeyond } from './other-keys.ts';
import type { ParsedComposeFile } from './parse-compose-file.ts';
import type { Service } from './service-schema.ts';
import type { ServiceBuild, ServiceImage } from './sut-plan.ts';
import type { Variables } from './substitute.ts';

export interface ImageSurroundings {
  readonly compose: Pick<ParsedComposeFile, 'services'>;
  /** Absolute folder of the Compose file. */
  readonly folder: string;
  readonly source?: ImageSource | undefined;
  /** The reference that the variables of the contract give to the image under test. */
  readonly testedReference: string;
  readonly variables: Pick<Variables, 'lookup' | 'used'>;
}

export interface ImageReading {
  readonly image: ServiceImage;
  /** What is wrong. */
  readonly problem?: Problem | undefined;
  /** What only Docker Compose does, besides the keys that are known to be its own. */
  readonly beyond?: Problem | undefined;
}

/**
 * Where a service's image comes from. The image under test is meant by a build of what it is built from, and by its
 * name: the contract has it built and tagged before. What another service of the file builds is meant by the name
 * that is given there.
 */
export function imageOfService(name: string, around: ImageSurroundings): ImageReading {
  const service = around.compose.services[name];
  if (service?.build !== undefined) return imageOfBuild(name, service.build, around);
  const reference = service?.image;
  if (reference === undefined) {
    const message = `\`services.${name}\` has neither \`image\` nor \`build\`.`;
    const problem: Problem = { path: ['services', name], at: 'key', message };
    return { image: { kind: 'composed' }, problem };
  }
  const builder = builderOf(reference, around);
  if (builder !== undefined) return imageOfService(builder, around);
  return means(reference, around)
    ? { image: { kind: 'tested' } }
    : { image: { kind: 'pulled', reference } };
}

/** Whether a reference is the image under test. */
export function means(
  reference: string,
  { source, testedReference }: Pick<ImageSurroundings, 'source' | 'testedReference'>,
): boolean {
  return reference === testedReference || source?.isMeantBy(reference) === true;
}

/** The service whose build gets this name. */
export function builderOf(
  reference: string,
  { compose }: Pick<ImageSurroundings, 'compose'>,
): string | undefined {
  return Object.entries(compose.services).find(
    ([, { build, image }]) => build !== undefined && image === reference,
  )?.[0];
}

const REMOTE = /^(?:[a-z+]+:\/\/|git@|github\.com\/)/u;

function imageOfBuild(
  service: string,
  build: NonNullable<Service['build']>,
  around: ImageSurroundings,
): ImageReading {
  if (REMOTE.test(build.context)) {
    const path = ['services', service, 'build'];
    const message = 'A context that is elsewhere is for Docker Compose.';
    return { image: { kind: 'composed' }, beyond: { path, at: 'key', message } };
  }
  if (keysBeyond(build).length > 0) return { image: { kind: 'composed' } };
  const contextFolder = resolve(around.folder, build.context);
  const dockerfile = 'dockerfile' in build ? build.dockerfile : undefined;
  const planned: ServiceBuild = {
    service,
    contextFolder,
    dockerfilePath: resolve(contextFolder, dockerfile ?? 'Dockerfile'),
    target: 'target' in build ? build.target : undefined,
    args: argumentsOf(build.args, around.variables),
  };
  const isTested = isBuildOf(around.source, planned, dockerfile !== undefined);
  return { image: isTested ? { kind: 'tested' } : { kind: 'built', build: planned } };
}

/** The same context, and nothing that would make another image of it. */
function isBuildOf(
  source: ImageSource | undefined,
  build: ServiceBuild,
  namesDockerfile: boolean,
): boolean {
  return (
    source !== undefined &&
    source.contextFolder === build.contextFolder &&
    (!namesDockerfile || source.dockerfilePath === build.dockerfilePath) &&
    (build.target === undefined || build.target === source.target) &&
    Object.entries(build.args).every(([name, value]) => source.args[name] === value)
  );
}

function argumentsOf(
  args: Readonly<Record<string, string | null>>,
  variables: Pick<Variables, 'lookup' | 'used'>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(args).flatMap(([name, value]): readonly [string, string][] => {
      if (value !== null) return [[name, value]];
      variables.used(name);
      const given = variables.lookup(name);
      return given === undefined ? [] : [[name, given]];
    }),
  );
}
