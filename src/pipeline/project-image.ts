import type { PlannedStep } from '../kernel/run-events.ts';
import { PipelineError } from './errors.ts';
import type { Project, ProjectImage } from './project.ts';

/** The image that a step is about. */
export function imageOf(step: PlannedStep, project: Project): ProjectImage {
  const image = project.images.find((each) => each.name === step.image);
  if (image === undefined) throw new PipelineError('STEP_UNKNOWN', `no image for ${step.id}`);
  return image;
}
