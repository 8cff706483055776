import type { PlannedStep } from '../kernel/run-events.ts';
import { RegistryError } from '../registry/errors.ts';
import { assessBuild } from './build-step.ts';
import { builtParentsOf } from './built-images.ts';
import { buildStepId, isUntested, untestedReason } from './platforms.ts';
import { imageOf } from './project-image.ts';
import type { Assessment, RunContext, StepResults } from './run-context.ts';
import { assessShip } from './ship-step.ts';
import type { BuiltImage } from './built-image.ts';
import { assessTest } from './test-step.ts';

export interface AssessedStep extends PlannedStep, Assessment {}

/** Looks at every step in order and says whether and why it has to be done. Changes nothing. */
export async function assessPlan(
  steps: readonly PlannedStep[],
  context: RunContext,
): Promise<readonly AssessedStep[]> {
  /** By build step. */
  const built = new Map<string, BuiltImage>();
  const assessed: AssessedStep[] = [];
  for (const step of steps) {
    const assessment = await assessStep(step, context, { built, assessed });
    if (step.kind === 'build' && assessment.image !== undefined)
      built.set(step.id, assessment.image);
    assessed.push({ ...step, ...pick(assessment) });
  }
  return assessed;
}

interface SoFar {
  readonly built: ReadonlyMap<string, BuiltImage>;
  readonly assessed: readonly AssessedStep[];
}

async function assessStep(
  step: PlannedStep,
  context: RunContext,
  { built, assessed }: SoFar,
): Promise<Assessment & { readonly image?: BuiltImage | undefined }> {
  const image = imageOf(step, context.project);
  if (step.kind === 'test' && isUntested(image, step.platform))
    return { state: 'done', why: untestedReason(step.platform) };
  const open = assessed.find((need) => step.needs.includes(need.id) && need.state !== 'done');
  if (open !== undefined && step.kind !== 'ship')
    return { state: 'unknown', why: `depends on what ${open.id} makes` };
  if (step.kind === 'build') {
    const parents = builtParentsOf(image, step.platform, {
      project: context.project,
      results: resultsOf(built),
    });
    const assessment = await assessBuild(step, context, parents);
    const { found, build } = assessment;
    return found === undefined || build === undefined
      ? assessment
      : { ...assessment, image: { imageId: found.id, imageRef: build.imageRef } };
  }
  if (step.kind === 'ship') {
    if (open !== undefined) return { state: 'unknown', why: `waits for ${open.id}` };
    return await assessShipIfReachable(step, context, resultsOf(built));
  }
  const id = buildStepId(image, step.platform);
  const tested = built.get(id);
  return tested === undefined
    ? { state: 'unknown', why: `depends on what ${id} makes` }
    : await assessTest(step, context, tested);
}

/** Images that are there already, as a run would have found them. */
function resultsOf(built: SoFar['built']): StepResults {
  return new Map([...built].map(([step, image]) => [step, { outcome: 'cached', ...image }]));
}

/** A plan is worth reading without the registry, too. */
async function assessShipIfReachable(
  step: PlannedStep,
  context: RunContext,
  results: StepResults,
): Promise<Assessment> {
  try {
    return await assessShip(step, context, results);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { state: 'unknown', why: error.message };
  }
}

function pick({ state, why, key, inputs }: Assessment): Assessment {
  return { state, why, key, inputs };
}
