import { relative } from 'node:path';
import { loadDockerfile, type DockerfileSource } from '../build/dockerfile-source.ts';
import { parseDockerfile } from '../dockerfile/parse.ts';
import { pinBases } from '../dockerfile/pin-bases.ts';
import { resolveDockerfile } from '../dockerfile/resolve.ts';
import type { Platform } from '../kernel/platform.ts';
import { PipelineError } from './errors.ts';
import { parentNamed } from './project-parents.ts';
import type { Project, ProjectImage } from './project.ts';
import type { Parents } from './built-image.ts';

/** A Dockerfile in which every image of the project is the one that was just built. */
export interface PinnedDockerfile {
  readonly source: DockerfileSource;
  /** What decides the result, for the content key. */
  readonly canonical: string;
  /** Build arguments, with references in place of images. */
  readonly args: Readonly<Record<string, string>>;
  /** Every image that it takes something from. */
  readonly uses: readonly UsedImage[];
}

export interface UsedImage {
  /** Variables filled in, otherwise as written. */
  readonly reference: string;
  /** Name of the image of the project that is meant; absent for one from outside. */
  readonly parent?: string | undefined;
}

/**
 * Puts the local references of the parents into arguments and FROMs, so that a build takes exactly the
 * parent that this run made, whatever a tag means by now.
 */
export async function pinDockerfile(build: {
  readonly image: ProjectImage;
  readonly project: Project;
  readonly parents: Parents;
  readonly platform: Platform;
}): Promise<PinnedDockerfile> {
  const { image, project, parents, platform } = build;
  const shownAs = relative(project.folder, image.dockerfilePath);
  const source = await loadDockerfile(image.dockerfilePath, shownAs);
  const args = Object.fromEntries(
    Object.entries(image.args).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : refOf(value.image, image, parents),
    ]),
  );
  const parsed = parseDockerfile(source.text, shownAs);
  const resolved = resolveDockerfile({ parsed, args, target: image.target, platform });
  const uses = resolved.uses.map(({ range, reference }) => {
    const parent = parentNamed(reference, image, project);
    return { range, reference, ...(parent === undefined ? {} : { parent }) };
  });
  const pins = uses.flatMap(({ range, parent }) =>
    parent === undefined ? [] : [{ range, reference: refOf(parent, image, parents) }],
  );
  const pinnedText = pins.length === 0 ? undefined : pinBases(source.text, pins);
  return { source: { ...source, pinnedText }, canonical: resolved.canonical, args, uses };
}

function refOf(parent: string, image: ProjectImage, parents: Parents): string {
  const built = parents.get(parent);
  if (built !== undefined) return built.imageRef;
  throw new PipelineError('STEP_UNKNOWN', `${image.name} builds on ${parent}, which has no image`);
}
