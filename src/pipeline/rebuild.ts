import { buildImage } from '../build/build-image.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import type { Rebuild } from '../suites/contract.ts';
import { readInputs, toBuildRequest } from './build-inputs.ts';
import { PipelineError } from './errors.ts';
import { imageOf } from './project-image.ts';
import type { RunContext } from './run-context.ts';
import type { TestedImage } from './built-image.ts';

/**
 * The second day of 1980, which archives of every kind can hold in every time zone.
 * @see https://reproducible-builds.org/specs/source-date-epoch/
 */
const SOURCE_DATE_EPOCH = '315619200';

/** How the behaviour suite gets its image built once more; absent unless `reproducible` asks for it. */
export function rebuildOf(
  step: PlannedStep,
  context: RunContext,
  tested: TestedImage,
): Rebuild | undefined {
  const image = imageOf(step, context.project);
  if (image.suites.behaviour === false || image.suites.behaviour.reproducible !== true)
    return undefined;
  return async () => {
    const inputs = await readInputs(step, context, tested.parents ?? new Map());
    const request = toBuildRequest(step, context, inputs);
    // With these labels it goes as everything of the run does.
    const { imageId } = await context.scope.makeImage(
      async (labels) =>
        await buildImage({
          ...request,
          // One name for all of them: what it was before is untagged, and found by its labels.
          tag: `localhost/seatrial/${image.name}:again-${context.runId.toLowerCase()}`,
          args: { ...request.args, SOURCE_DATE_EPOCH },
          labels: { ...request.labels, ...labels },
          noCache: true,
          listener: { ...request.listener, onVertex: () => undefined },
        }),
    );
    const record = await context.engine.images.inspect(imageId);
    if (record !== undefined) return record;
    throw new PipelineError('IMAGE_VANISHED', `${imageId} is no longer on the engine`);
  };
}
