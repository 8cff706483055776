import type { Parents } from './built-image.ts';
import { buildStepId, parentStepId } from './platforms.ts';
import type { Project, ProjectImage } from './project.ts';
import type { StepResults } from './run-context.ts';
import type { BuiltImage } from './built-image.ts';

/** What the builds of a run left on the engine. */
interface Builds {
  readonly project: Pick<Project, 'images'>;
  readonly results: StepResults;
}

/** An image as it was built for a platform; absent when it was not. */
export function builtImageOf(
  image: ProjectImage,
  platform: string,
  results: StepResults,
): BuiltImage | undefined {
  return builtBy(buildStepId(image, platform), results);
}

/** The parents of an image that were built for its platform, by name. */
export function builtParentsOf(
  image: ProjectImage,
  platform: string,
  { project, results }: Builds,
): Parents {
  const parents = project.images.filter(({ name }) => image.parents.includes(name));
  return new Map(
    parents.flatMap((parent) => {
      const built = builtBy(parentStepId(parent, platform), results);
      return built === undefined ? [] : [[parent.name, built] as const];
    }),
  );
}

function builtBy(step: string, results: StepResults): BuiltImage | undefined {
  const result = results.get(step);
  return result?.imageId === undefined || result.imageRef === undefined
    ? undefined
    : { imageId: result.imageId, imageRef: result.imageRef };
}
