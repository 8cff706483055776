import type { Hook, ImageProfile, ShipSettings } from '../config/schema.ts';
import type {
  BehaviourSuite,
  FileSuite,
  GossSuite,
  StructureSuite,
} from '../config/suite-schema.ts';
import { didYouMean } from '../config/suggestion.ts';
import type { DockerfileFacts } from '../dockerfile/facts.ts';
import { hasRegistryHost, parseRepository, renderRepository } from '../kernel/image-reference.ts';
import { PipelineError } from './errors.ts';

/** A folder with images, as all later steps see it: checked, resolved, in the order of building. */
export interface Project {
  /** From the configuration, the git remote or the folder. */
  readonly name: string;
  /** Absolute; paths of the configuration are relative to it. */
  readonly folder: string;
  /** Absolute; absent when everything was derived. */
  readonly configFile?: string | undefined;
  /** Host, and perhaps a path, of repositories that name no host. */
  readonly registry?: string | undefined;
  readonly defaultBranch?: string | undefined;
  /** Parents before children; otherwise as written. Never empty. */
  readonly images: readonly ProjectImage[];
}

export interface ProjectImage {
  readonly name: string;
  /** Absolute. */
  readonly contextFolder: string;
  /** Absolute. */
  readonly dockerfilePath: string;
  /** Relative to the context, `/` between names; never leads out of it. */
  readonly dockerfileName: string;
  readonly target?: string | undefined;
  readonly args: Readonly<Record<string, ArgValue>>;
  /** As written. Several are shipped as one index. Absent: the engine's own. */
  readonly platforms?: readonly string[] | undefined;
  /** Of these, the ones that are shipped without a test. Never all. */
  readonly untested?: readonly string[] | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Names of images of the project that it is built from, by argument, FROM, COPY or mount. */
  readonly parents: readonly string[];
  readonly profile: ImageProfile;
  readonly suites: {
    /** False when turned off. */
    readonly behaviour: BehaviourSuite | false;
    readonly structure?: StructureSuite | undefined;
    readonly goss?: GossSuite | undefined;
    readonly script?: FileSuite | undefined;
    readonly spec?: FileSuite | undefined;
    readonly sut?: FileSuite | undefined;
  };
  /** Absent when the image is never shipped. */
  readonly ship?: ShipSettings | undefined;
  readonly hooks: { readonly pre_build?: Hook | undefined };
  /** What its Dockerfile says; what a base image from outside adds is known once it is built. */
  readonly facts: DockerfileFacts;
  /** What deserves attention and stops nothing. */
  readonly warnings: readonly string[];
}

/** Text, or the image of the project whose reference the argument gets. */
export type ArgValue = string | { readonly image: string };

/**
 * Refuses names that a person typed and that no image has.
 * @throws {PipelineError} PROJECT_IMAGE_UNKNOWN
 */
export function assertImagesKnown(project: Project, names: readonly string[]): void {
  const known = project.images.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const list = known.map((name) => `\`${name}\``).join(', ');
  throw new PipelineError('PROJECT_IMAGE_UNKNOWN', `the project has no image \`${unknown}\``, {
    hint: didYouMean(unknown, known) ?? `Name some of ${list}.`,
  });
}

/**
 * The repository an image is shipped to, with its host: `ship.repository`, or the image's name, after
 * `registry` when it names no host itself.
 * @throws {PipelineError} PROJECT_REGISTRY_MISSING when nothing names a registry
 */
export function repositoryOf(
  image: Pick<ProjectImage, 'name' | 'ship'>,
  registry: string | undefined,
): string {
  const written = image.ship?.repository ?? image.name;
  const named =
    hasRegistryHost(written) || registry === undefined ? written : `${registry}/${written}`;
  const reading = parseRepository(named);
  if (reading.ok && (named.includes('/') || registry !== undefined)) {
    return renderRepository(reading.value);
  }
  throw new PipelineError(
    'PROJECT_REGISTRY_MISSING',
    `the repository ${written} of the image ${image.name} names no registry`,
  );
}
