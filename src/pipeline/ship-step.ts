import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { shortDigest } from '../kernel/digest.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import type { Repository } from '../registry/contract.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { assertManifestRan, assertPlatformsCovered, type SuiteVerdict } from '../ship/gate.ts';
import { assertNoSecrets } from '../ship/assert-no-secrets.ts';
import { openBlobStore } from '../ship/store.ts';
import { describeDecisions } from '../ship/promotion-plan.ts';
import { readTagHeads, tagsElsewhere } from '../ship/tag-heads.ts';
import { lookAtTags } from '../ship/tag-outlook.ts';
import { planTags, type TagPlan } from '../ship/tag-plan.ts';
import { dropCandidateTags, needReadBack } from './candidate-tags.ts';
import { PipelineError } from './errors.ts';
import { isVerificationOwed, oweVerification } from './owed-verification.ts';
import {
  findPackedShipment,
  platformImagesOf,
  type PackedPlatform,
  type PackedShipment,
  type PlatformImage,
} from './packed-shipment.ts';
import { isForSeveral, testStepId } from './platforms.ts';
import { imageOf } from './project-image.ts';
import { repositoryOf, type ProjectImage } from './project.ts';
import { originOf, output, packShipment, pushShipment, type Shipment } from './push-shipment.ts';
import {
  certifyBySigner,
  owedPlaceOf,
  promotionOf,
  type ReadyShipment,
} from './promote-shipments.ts';
import type { Assessment, RunContext, StepResult, StepResults } from './run-context.ts';
import { isPassed } from './schedule.ts';
import { suitesOf } from './steps.ts';
import type { BuiltImage } from './built-image.ts';

/** Decides from the store and the registry whether anything has to be moved; nothing is written. */
export async function assessShip(
  step: PlannedStep,
  context: RunContext,
  results: StepResults,
): Promise<Assessment> {
  const image = imageOf(step, context.project);
  await using repository = openRepository({
    repository: repositoryOf(image, context.project.registry),
    env: context.env,
    signal: context.signal,
  });
  const tagPlan = await planTagsOf(image, context, repository);
  if (!tagPlan.ships) return { state: 'done', why: `not shipped: ${tagPlan.reason}` };
  const tags = tagPlan.tags.map(({ tag }) => tag);
  const store = await openBlobStore(join(context.stateFolder, 'store'));
  const images = platformImagesOf(step, image, results);
  const packed =
    images &&
    (await findPackedShipment(store, {
      images,
      origin: originOf(image, context).origin,
      repository: repository.address.repository,
    }));
  if (packed === undefined) return { state: 'todo', why: `not packed yet; then ${listOf(tags)}` };
  const { decisions } = await lookAtTags({
    repository,
    manifest: packed.manifest,
    tags: tagPlan.tags,
    mayGoBack: context.mayGoBack,
    record: { committedAt: context.ci.committedAt },
  });
  const toDo = decisions.filter(({ action }) => action === 'move' || action === 'conflict');
  return { state: toDo.length === 0 ? 'done' : 'todo', why: describeDecisions(decisions) };
}

/**
 * Everything up to the tags: gate, pack, candidate by digest, evidence; only what is not there yet. Tags move when every
 * image of the run has come so far. A result instead says that there is nothing to move.
 */
export async function prepareShip(
  step: PlannedStep,
  context: RunContext,
  results: StepResults,
): Promise<StepResult | ReadyShipment> {
  const image = imageOf(step, context.project);
  const images = platformImagesOf(step, image, results);
  if (images === undefined)
    throw new PipelineError('STEP_UNKNOWN', `${step.id} has no image to work on`);
  const repository = openRepository({
    repository: repositoryOf(image, context.project.registry),
    env: context.env,
    signal: context.signal,
    onWarning: (message) => context.emit({ type: 'notice', step: step.id, message }),
  });
  let isHandedOver = false;
  try {
    const tagPlan = await needReadBack(image, planTagsOf(image, context, repository));
    if (!tagPlan.ships)
      return { outcome: 'skipped', reason: tagPlan.reason, ...builtOfShipment(images) };
    assertPlatformsCovered(
      images.map((each) => ({
        ...each,
        imageId: each.built.imageId,
        verdicts: verdictsOf(step, { image, platform: each.platform, results }),
      })),
    );
    const store = await openBlobStore(join(context.stateFolder, 'store'));
    const prepared = await prepareTags(
      { step, context, image, images, results, repository, store },
      tagPlan,
    );
    isHandedOver = 'promotion' in prepared;
    return prepared;
  } finally {
    if (!isHandedOver) await repository[Symbol.asyncDispose]();
  }
}

async function prepareTags(
  shipment: Shipment,
  tagPlan: TagPlan,
): Promise<StepResult | ReadyShipment> {
  const { step, images, repository, store } = shipment;
  const tags = tagPlan.tags.map(({ tag }) => tag);
  const { origin } = originOf(shipment.image, shipment.context);
  const known = await findPackedShipment(store, {
    images,
    origin,
    repository: repository.address.repository,
  });
  const heads = await readTagHeads(repository, tags);
  const built = builtOfShipment(images);
  tellUntested(shipment);
  if (known !== undefined && tagsElsewhere(heads, known.manifest.digest).length === 0) {
    await sayWhatIsMissing(shipment, known, tagPlan);
    await dropCandidateTags(shipment);
    return {
      ...built,
      outcome: 'cached',
      reason: `${listOf(tags)} already at ${shortDigest(known.manifest.digest)}`,
      digest: known.manifest.digest,
      refs: tags.map((tag) => `${repository.address.repository}:${tag}`),
      moved: [],
    };
  }

  announce(shipment, tagPlan, known);
  // What an engine pushed before is only in the registry, which may have lost it.
  const packed = known === undefined || origin === 'pushed' ? await packShipment(shipment) : known;
  for (const each of packed.platforms) {
    // What was once pushed cannot be taken back.
    const config = await text(store.open(each.packed.config.digest));
    assertNoSecrets(config, shipment.image.ship?.not_secret);
  }
  for (const each of packed.platforms) assertTestsRan(shipment, each);
  await pushShipment(shipment, packed);
  // Loaded when there is something to ship: most runs change nothing.
  const { attest } = await import('./attest.ts');
  const { evidence, verified } = await attest(shipment, packed);
  if (verified !== undefined) await oweVerification(owedPlaceOf(shipment, packed.manifest));
  return {
    step,
    built,
    verified,
    promotion: promotionOf(shipment, {
      manifest: packed.manifest,
      tags: tagPlan.tags,
      evidence,
      keep: shipment.image.ship?.keep,
    }),
    finish: async () => await dropCandidateTags(shipment),
  };
}

/** What was tested is the manifest that ships, and not another one under the same image id. */
function assertTestsRan(
  { step, image, results }: Shipment,
  { platform, packed, isUntested }: PackedPlatform,
): void {
  if (isUntested) return;
  assertManifestRan(packed.manifest.digest, verdictsOf(step, { image, platform, results }));
}

/** An index has no image on the engine. */
function builtOfShipment(images: readonly PlatformImage[]): Partial<BuiltImage> {
  const [only, ...others] = images;
  return only !== undefined && others.length === 0 ? only.built : {};
}

/** Never silently: whoever reads the end of a run sees what nobody tried. */
function tellUntested({ step, context, images }: Shipment): void {
  const untested = images.filter(({ isUntested }) => isUntested).map(({ platform }) => platform);
  if (untested.length > 0)
    context.emit({
      type: 'notice',
      step: step.id,
      message: `${step.image} is shipped for ${listOf(untested)} untested, as the configuration says`,
    });
}

/**
 * There may be no tag to move, and more to say: a run may have died once its tags had moved, and the same index may have
 * been shipped before one of its platforms was tested.
 */
async function sayWhatIsMissing(
  shipment: Shipment,
  packed: PackedShipment,
  { tags }: TagPlan,
): Promise<void> {
  const { context, image } = shipment;
  const { manifest } = packed;
  if (context.signer === undefined || !context.mayWork.has('ship')) return;
  const isOwed = await isVerificationOwed(owedPlaceOf(shipment, manifest));
  if (!isOwed && !isForSeveral(image)) return;
  const { attest } = await import('./attest.ts');
  const { evidence, verified } = await attest(shipment, packed);
  await certifyBySigner(
    promotionOf(shipment, { manifest, tags, evidence, keep: image.ship?.keep }),
    { moved: [], kept: tags.map(({ tag }) => tag), superseded: [] },
    { context, verified },
  );
}

async function planTagsOf(
  image: ProjectImage,
  context: RunContext,
  repository: Repository,
): Promise<TagPlan> {
  if (!image.ship) throw new PipelineError('STEP_UNKNOWN', `${image.name} is not shipped`);
  return planTags({
    rules: image.ship.tags,
    when: image.ship.when,
    ci: context.ci,
    defaultBranch: context.project.defaultBranch ?? context.ci.defaultBranch,
    // A branch build may not take the name of a release either.
    existingTags: await repository.tags.list(),
  });
}

function announce(shipment: Shipment, tagPlan: TagPlan, known: PackedShipment | undefined): void {
  const { step, context } = shipment;
  if (!context.mayWork.has('ship'))
    throw new PipelineError('STEP_UNKNOWN', `${step.id} may not be done in this run`);
  const tags = listOf(tagPlan.tags.map(({ tag }) => tag));
  context.emit({
    type: 'step.started',
    step: step.id,
    why: known === undefined ? `not packed yet; then ${tags}` : `${tags} to move`,
  });
  for (const { rule, reason } of tagPlan.skipped) output(shipment, `tag rule ${rule}: ${reason}`);
}

/** What this run, or an earlier one with the same key, said of the image on a platform. */
function verdictsOf(
  step: PlannedStep,
  { image, platform, results }: TestedPlatform,
): readonly SuiteVerdict[] {
  return suitesOf(image)
    .map((suite) => testStepId(image, platform, suite))
    .filter((need) => step.needs.includes(need))
    .map((need) => {
      const result = results.get(need);
      return {
        step: need,
        imageId: result?.imageId ?? 'nothing',
        manifest: result?.manifest,
        outcome: result !== undefined && isPassed(result.outcome) ? 'passed' : 'lost',
      };
    });
}

interface TestedPlatform {
  readonly image: ProjectImage;
  readonly platform: string;
  readonly results: StepResults;
}

function listOf(tags: readonly string[]): string {
  return tags.join(', ');
}
