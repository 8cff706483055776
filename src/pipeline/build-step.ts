import { buildWarnings } from '../build/warnings.ts';
import type { ImageRecord } from '../engine/contract.ts';
import type { ContentKey } from '../kernel/content-key.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import { readInputs, toBuildRequest, type BuildInputs } from './build-inputs.ts';
import { buildOrRetry } from './build-or-retry.ts';
import { builtParentsOf } from './built-images.ts';
import { PipelineError } from './errors.ts';
import { assessHook, performHook } from './hook.ts';
import type { Parents } from './built-image.ts';
import { imageOf } from './project-image.ts';
import type { Assessment, RunContext, StepResult, StepResults } from './run-context.ts';
import { whyTodo } from './why.ts';

interface BuildAssessment extends Assessment {
  /** Absent while the hook has to run first. */
  readonly build?: BuildInputs | undefined;
  /** What an earlier build with the same key left on the engine. */
  readonly found?: ImageRecord | undefined;
}

/** Decides whether the image is there already; nothing is changed. */
export async function assessBuild(
  step: PlannedStep,
  context: RunContext,
  parents: Parents,
): Promise<BuildAssessment> {
  const hook = await assessHook(step, context, refsOf(parents));
  if (hook !== undefined && !hook.isDone) return { state: 'todo', why: hook.why };
  const build = await readInputs(step, context, parents);
  const found = context.isFresh ? undefined : await findBuilt(context, build);
  return {
    state: found === undefined ? 'todo' : 'done',
    why:
      found === undefined
        ? await whyBuild(step, context, build.key)
        : 'same inputs, image is there',
    key: build.key.digest,
    inputs: build.key.inputs,
    build,
    found,
  };
}

/** Runs the hook if it has to, and builds unless an image with the same key is on the engine. */
export async function buildStep(
  step: PlannedStep,
  context: RunContext,
  results: StepResults,
): Promise<StepResult> {
  const image = imageOf(step, context.project);
  const parents = parentsOf(step, context, results);
  const first = await assessBuild(step, context, parents);
  if (first.found !== undefined) return cached(first);
  if (!context.mayWork.has('build'))
    throw new PipelineError('NOT_BUILT', `${image.name} has not been built: ${first.why}`);
  context.emit({
    type: 'step.started',
    step: step.id,
    key: first.key,
    ...(first.inputs === undefined ? {} : { inputs: { ...first.inputs } }),
    why: first.why,
  });
  if (first.build !== undefined) return await build(step, context, first.build);
  await performHook(step, context, refsOf(parents));
  const inputs = await readInputs(step, context, parents);
  const found = context.isFresh ? undefined : await findBuilt(context, inputs);
  if (found === undefined) return await build(step, context, inputs);
  await remember(step, context, { ...inputs, imageId: found.id });
  return { outcome: 'passed', imageId: found.id, imageRef: inputs.imageRef };
}

/**
 * What the engine has under the name that holds the key. Anybody may move that name: an image that is not the
 * one that was built from this key is no result of it.
 */
async function findBuilt(
  { engine, history }: RunContext,
  { key, imageRef }: BuildInputs,
): Promise<ImageRecord | undefined> {
  const found = await engine.images.inspect(imageRef);
  const made = (await history.findPass(key.digest))?.imageId;
  return made === undefined || made === found?.id ? found : undefined;
}

function cached(assessment: BuildAssessment): StepResult {
  return {
    outcome: 'cached',
    reason: assessment.why,
    imageId: assessment.found?.id,
    imageRef: assessment.build?.imageRef,
  };
}

async function build(
  step: PlannedStep,
  context: RunContext,
  inputs: BuildInputs,
): Promise<StepResult> {
  const image = imageOf(step, context.project);
  for (const message of [
    ...image.warnings,
    ...buildWarnings({
      context: inputs.context,
      dockerfile: inputs.dockerfile.source,
      args: inputs.dockerfile.args,
    }),
  ])
    context.emit({ type: 'notice', step: step.id, message });
  const request = toBuildRequest(step, context, inputs);
  const built = await buildOrRetry(request, {
    clock: context.clock,
    onNotice: (message) => context.emit({ type: 'notice', step: step.id, message }),
  });
  await remember(step, context, { ...inputs, imageId: built.imageId });
  const { cached: hits, total } = built.steps;
  return {
    outcome: 'passed',
    ...(total > 0 && hits > 0 ? { reason: `${hits} of ${total} build steps cached` } : {}),
    imageId: built.imageId,
    imageRef: inputs.imageRef,
  };
}

/** What it was made from is known only after a hook has run: for the next run, which says what changed. */
async function remember(
  step: PlannedStep,
  { history, runId }: RunContext,
  { key, imageRef, imageId }: BuildInputs & { readonly imageId: string },
): Promise<void> {
  await history.recordPass({
    key: key.digest,
    inputs: key.inputs,
    step: step.id,
    runId,
    imageRef,
    imageId,
  });
}

async function whyBuild(step: PlannedStep, context: RunContext, key: ContentKey): Promise<string> {
  if (context.isFresh) return 'earlier results are ignored';
  const last = await context.history.lastInputs(step.id);
  const why = whyTodo(last, key);
  return why === 'did not pass last time' ? 'the image is no longer on the engine' : why;
}

function parentsOf(step: PlannedStep, { project }: RunContext, results: StepResults): Parents {
  const image = imageOf(step, project);
  const parents = builtParentsOf(image, step.platform, { project, results });
  const missing = image.parents.find((name) => !parents.has(name));
  if (missing === undefined) return parents;
  throw new PipelineError('STEP_UNKNOWN', `${image.name} builds on ${missing}, which has no image`);
}

function refsOf(parents: Parents): Readonly<Record<string, string>> {
  return Object.fromEntries([...parents].map(([name, { imageRef }]) => [name, imageRef]));
}
