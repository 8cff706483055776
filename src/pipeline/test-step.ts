import type { PassRecord } from '../history/results.ts';
import type {
  BehaviourSuite,
  FileSuite,
  GossSuite,
  StructureSuite,
} from '../config/suite-schema.ts';
import { contentKey, type ContentKey } from '../kernel/content-key.ts';
import { digestOf } from '../kernel/digest.ts';
import { renderPlatform } from '../kernel/platform.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import { outcomeOf, type Case, type Outcome } from '../kernel/verdict.ts';
import { containerEnv } from '../suites/container-env.ts';
import type { SuiteContext, SuiteKind, SuitePlace } from '../suites/contract.ts';
import { suiteEnvironment } from '../suites/environment.ts';
import { suiteKinds } from '../suites/index.ts';
import type { BuiltImage, TestedImage } from './built-image.ts';
import { PipelineError } from './errors.ts';
import { limitOutput } from './output-limit.ts';
import { isForSeveral } from './platforms.ts';
import { imageOf } from './project-image.ts';
import { isNamed } from './project-parents.ts';
import type { ProjectImage } from './project.ts';
import type { Assessment, RunContext, StepResult } from './run-context.ts';
import type { SuiteName } from './steps.ts';
import { whyDone, whyTodo } from './why.ts';
import { fetchRelease, findRelease, type FoundRelease } from './previous-release.ts';
import { rebuildOf } from './rebuild.ts';
import { openWitness } from './witness.ts';

export interface TestAssessment extends Assessment {
  readonly contentKey: ContentKey;
  readonly pass?: PassRecord | undefined;
  /** What the behaviour suite is to take over from. */
  readonly release?: FoundRelease | undefined;
}

/** Decides whether a suite passed for exactly this image before. */
export async function assessTest(
  step: PlannedStep,
  context: RunContext,
  built: BuiltImage,
): Promise<TestAssessment> {
  const image = imageOf(step, context.project);
  const { kind, settings } = suiteOf(step, image);
  // Each look at the engine costs: only these files speak of what a container is given.
  const record =
    kind.kind === 'goss' ? await context.engine.images.inspect(built.imageId) : undefined;
  const release =
    kind.kind === 'behaviour' ? await findRelease(image, context, built.imageId) : undefined;
  const key = contentKey('test', {
    image: built.imageId,
    suite: `${kind.kind} ${kind.version}`,
    settings: digestOf(JSON.stringify([settings, image.profile])),
    ...(isForSeveral(image) ? { platform: step.platform } : {}),
    ...(release === undefined ? {} : { release: wordOf(release) }),
    ...(await kind.inputs(settings, {
      ...placeOf(context, image, settings),
      containerEnv: containerEnv(record, image),
    })),
  });
  const pass = context.isFresh ? undefined : await context.history.findPass(key.digest);
  return {
    state: pass === undefined ? 'todo' : 'done',
    why: await whyOf({ step, context, key, pass }),
    key: key.digest,
    inputs: key.inputs,
    contentKey: key,
    pass,
    release,
  };
}

function wordOf(release: FoundRelease): string {
  return release.kind === 'release' ? release.digest : release.kind;
}

async function whyOf(about: {
  readonly step: PlannedStep;
  readonly context: RunContext;
  readonly key: ContentKey;
  readonly pass: PassRecord | undefined;
}): Promise<string> {
  if (about.pass !== undefined) return whyDone(about.pass);
  if (about.context.isFresh) return 'earlier results are ignored';
  return whyTodo(await about.context.history.lastInputs(about.step.id), about.key);
}

/** Runs the suite unless it passed before, and keeps a pass for the next time. */
export async function performTest(
  step: PlannedStep,
  context: RunContext,
  built: TestedImage,
): Promise<StepResult> {
  const assessment = await assessTest(step, context, built);
  if (assessment.pass !== undefined)
    return {
      outcome: 'cached',
      reason: assessment.why,
      key: assessment.contentKey.digest,
      imageId: built.imageId,
      imageRef: built.imageRef,
      manifest: assessment.pass.manifest,
      imageClass: assessment.pass.imageClass,
      cases: [...(assessment.pass.cases ?? [])],
    };
  if (!context.mayWork.has('test'))
    throw new PipelineError('NOT_TESTED', `${step.id} has not passed: ${assessment.why}`);
  if (isForSeveral(imageOf(step, context.project))) await assertRunnable(step, context);
  context.emit({
    type: 'step.started',
    step: step.id,
    key: assessment.contentKey.digest,
    inputs: { ...assessment.contentKey.inputs },
    why: assessment.why,
  });
  return await runSuite({ step, context, built, assessment });
}

/** @throws {PipelineError} PLATFORM_NOT_RUNNABLE; tests that cannot run say nothing of the image */
async function assertRunnable(step: PlannedStep, context: RunContext): Promise<void> {
  if ((await context.runnable.supportOf(step.platform)) !== 'impossible') return;
  const { endpoint, info } = context.engine;
  const sentence = `the engine at ${endpoint.url} is ${renderPlatform(info.platform)} and cannot run ${step.platform}, so ${step.image} was not tested for it`;
  throw new PipelineError('PLATFORM_NOT_RUNNABLE', sentence);
}

async function runSuite(test: {
  readonly step: PlannedStep;
  readonly context: RunContext;
  readonly built: TestedImage;
  readonly assessment: TestAssessment;
}): Promise<StepResult> {
  const { step, context, built, assessment } = test;
  const { contentKey: key, release } = assessment;
  const image = imageOf(step, context.project);
  const { kind, settings } = suiteOf(step, image);
  const record = await context.engine.images.inspect(built.imageId);
  if (record === undefined)
    throw new PipelineError('IMAGE_VANISHED', `${built.imageId} is no longer on the engine`);
  const witness = openWitness(context.scope, built.imageId);
  let imageClass: string | undefined;
  const printed = limitOutput((source, text) =>
    context.emit({ type: 'step.output', step: step.id, source, text }),
  );
  const suiteContext: SuiteContext = {
    ...placeOf(context, image, settings),
    containerEnv: containerEnv(record, image),
    image: {
      name: image.name,
      ref: built.imageRef,
      record,
      profile: image.profile,
      previous: await fetchRelease(release, context),
      rebuild: rebuildOf(step, context, built),
      breaking: image.suites.behaviour ? image.suites.behaviour.upgrade?.breaking : undefined,
    },
    scope: witness.scope,
    signal: context.signal,
    concurrency: context.concurrency,
    report: {
      caseStarted: (id) => context.emit({ type: 'case.started', step: step.id, id }),
      caseFinished: (finished) =>
        context.emit({ type: 'case.finished', step: step.id, case: { ...finished } }),
      output: (source, text) => printed.write(source, text),
      classified: (found) => {
        imageClass = found;
      },
    },
  };
  const cases = await kind.run(settings, suiteContext).finally(() => printed.end());
  const outcome = outcomeOf(cases);
  const common = {
    key: key.digest,
    imageId: built.imageId,
    imageRef: built.imageRef,
    manifest: await witness.manifest(),
    imageClass,
  };
  if (outcome !== 'passed') return { ...common, ...refusal(outcome, cases) };
  for (const passed of keysOfPass(key, release))
    await context.history.recordPass({
      ...common,
      key: passed.digest,
      inputs: passed.inputs,
      step: step.id,
      runId: context.runId,
      cases: cases.map((each) => ({ ...each })),
    });
  return { ...common, outcome: 'passed' };
}

/** Once it is shipped, the release is this very image, which then has passed. The run's own key is the last one. */
function keysOfPass(key: ContentKey, release: FoundRelease | undefined): readonly ContentKey[] {
  if (release === undefined || release.kind === 'itself') return [key];
  return [contentKey('test', { ...key.inputs, release: 'itself' }), key];
}

function refusal(outcome: Exclude<Outcome, 'passed'>, cases: readonly Case[]): StepResult {
  const failed = cases.filter((each) => each.verdict === 'fail').map((each) => each.id);
  switch (outcome) {
    case 'failed':
      return { outcome: 'failed', reason: `${listOf(failed)} failed` };
    case 'lost':
      return {
        outcome: 'lost',
        reason: `${listOf(cases.filter((each) => each.verdict === 'lost').map((each) => each.id))} got lost: no verdict is no pass`,
      };
    case 'empty':
      return { outcome: 'failed', reason: whyEmpty(cases) };
  }
}

/** Cases without a container say nothing of how the image behaves, and are not counted where others were skipped. */
function whyEmpty(cases: readonly Case[]): string {
  if (cases.length === 0) return 'no case ran: zero cases are not a pass';
  const skipped = cases.filter(({ verdict }) => verdict === 'skip');
  const ofContainers = skipped.filter(({ isStatic }) => isStatic !== true);
  const [first] = ofContainers.length > 0 ? ofContainers : skipped;
  const which =
    skipped.length === cases.length
      ? `all ${cases.length} cases`
      : `all ${ofContainers.length} cases that take a container`;
  return `${which} were skipped: ${first?.reason ?? 'no reason given'}`;
}

function listOf(ids: readonly string[]): string {
  return ids.length > 3
    ? `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more`
    : ids.join(', ');
}

/** Suites see no credentials, except variables that the configuration names for them. */
function placeOf(context: RunContext, image: ProjectImage, settings: SuiteSettings): SuitePlace {
  const { project, ci, fileDigests } = context;
  const allowed = settings !== undefined && 'env' in settings ? settings.env : [];
  return {
    projectFolder: project.folder,
    env: suiteEnvironment(context.env, allowed),
    fileDigests,
    source: {
      contextFolder: image.contextFolder,
      dockerfilePath: image.dockerfilePath,
      target: image.target,
      args: Object.fromEntries(
        Object.entries(image.args).filter(
          (arg): arg is [string, string] => typeof arg[1] === 'string',
        ),
      ),
      isMeantBy: (reference) => isNamed(reference, image, project.registry),
      branch: ci.tag ?? ci.branch,
      commit: ci.commit,
    },
  };
}

type SuiteSettings = FileSuite | StructureSuite | GossSuite | BehaviourSuite | undefined;

function suiteOf(
  step: PlannedStep,
  image: ProjectImage,
): { readonly kind: SuiteKind; readonly settings: SuiteSettings } {
  const kind: SuiteKind | undefined = suiteKinds.find((each) => each.kind === step.suite);
  if (kind === undefined) throw new PipelineError('STEP_UNKNOWN', `no suite for ${step.id}`);
  const settings = image.suites[kind.kind satisfies SuiteName];
  return { kind, settings: settings === false ? undefined : settings };
}
