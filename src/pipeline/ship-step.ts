import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { withFileLock } from '../host/file-lock.ts';
import { isDigest, shortDigest, type Digest } from '../kernel/digest.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import type { Repository } from '../registry/contract.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { pushCandidate } from '../ship/candidate.ts';
import { assertGateOpen, type SuiteVerdict } from '../ship/gate.ts';
import { assertNoSecrets } from '../ship/image-secrets.ts';
import { findPacked, packImage } from '../ship/pack.ts';
import { mediaTypes, type PackedImage } from '../ship/packed-image.ts';
import { openBlobStore, type BlobStore } from '../ship/store.ts';
import { describeDecisions } from '../ship/promotion-plan.ts';
import { readTagHeads, tagsElsewhere } from '../ship/tag-heads.ts';
import { lookAtTags } from '../ship/tag-outlook.ts';
import { planTags, type TagPlan } from '../ship/tag-plan.ts';
import { PipelineError } from './errors.ts';
import { imageOf } from './project-image.ts';
import { repositoryOf, type ProjectImage } from './project.ts';
import { promotionOf, type ReadyShipment } from './promote-shipments.ts';
import type { Assessment, RunContext, StepResult, StepResults } from './run-context.ts';
import { isPassed } from './schedule.ts';
import type { BuiltImage } from './test-step.ts';

/** Decides from the store and the registry whether anything has to be moved; nothing is written. */
export async function assessShip(
  step: PlannedStep,
  context: RunContext,
  built: BuiltImage | undefined,
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
  const packed = built === undefined ? undefined : await findPacked(store, imageDigest(built));
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

interface Shipment {
  readonly step: PlannedStep;
  readonly context: RunContext;
  readonly image: ProjectImage;
  readonly built: BuiltImage;
  readonly results: StepResults;
  readonly repository: Repository;
  readonly store: BlobStore;
}

/**
 * Everything up to the tags: gate, pack, candidate by digest, evidence; only what is not there yet. Tags move when every
 * image of the run has come so far. A result instead says that there is nothing to move.
 */
export async function prepareShip(
  step: PlannedStep,
  context: RunContext,
  shipped: {
    readonly built: BuiltImage;
    readonly results: StepResults;
    readonly image: ProjectImage;
  },
): Promise<StepResult | ReadyShipment> {
  const { built, image, results } = shipped;
  const repository = openRepository({
    repository: repositoryOf(image, context.project.registry),
    env: context.env,
    signal: context.signal,
    onWarning: (message) => context.emit({ type: 'notice', step: step.id, message }),
  });
  let isHandedOver = false;
  try {
    const tagPlan = await planTagsOf(image, context, repository);
    if (!tagPlan.ships) return { outcome: 'skipped', reason: tagPlan.reason, ...built };
    assertGateOpen(built.imageId, verdictsOf(step, results));
    const store = await openBlobStore(join(context.stateFolder, 'store'));
    const prepared = await prepareTags(
      { step, context, image, built, results, repository, store },
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
  const { step, built, repository, store } = shipment;
  const tags = tagPlan.tags.map(({ tag }) => tag);
  const known = await findPacked(store, imageDigest(built));
  const heads = await readTagHeads(repository, tags);
  if (known !== undefined && tagsElsewhere(heads, known.manifest.digest).length === 0)
    return {
      ...built,
      outcome: 'cached',
      reason: `${listOf(tags)} already at ${shortDigest(known.manifest.digest)}`,
      digest: known.manifest.digest,
      refs: tags.map((tag) => `${repository.address.repository}:${tag}`),
      moved: [],
    };

  announce(shipment, tagPlan, known);
  const packed = known ?? (await pack(shipment));
  // What was once pushed cannot be taken back.
  assertNoSecrets(await text(store.open(packed.config.digest)), shipment.image.ship?.not_secret);
  const { manifestBytes } = await pushCandidate({
    repository,
    packed,
    store,
    mountFrom: siblingRepositories(shipment),
    onUploaded: (blob, how) =>
      output(shipment, `layer ${shortDigest(blob.digest)} ${how} (${megabytes(blob.sizeBytes)})`),
  });
  // Loaded when there is something to ship: most runs change nothing.
  const { attest } = await import('./attest.ts');
  const { evidence } = await attest({ ...shipment, packed });
  return {
    step,
    built,
    promotion: promotionOf(shipment, {
      manifest: {
        bytes: manifestBytes,
        mediaType: mediaTypes.manifest,
        digest: packed.manifest.digest,
      },
      tags: tagPlan.tags,
      evidence,
    }),
  };
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

function announce(shipment: Shipment, tagPlan: TagPlan, known: PackedImage | undefined): void {
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

async function pack(shipment: Shipment): Promise<PackedImage> {
  const { context, built } = shipment;
  const record = await context.engine.images.inspect(built.imageId);
  if (record === undefined)
    throw new PipelineError('IMAGE_VANISHED', `${built.imageId} is no longer on the engine`);
  // Images of one project share layers: packed one after the other, each layer is compressed once.
  return await withFileLock(
    join(context.stateFolder, 'locks', 'pack'),
    { signal: context.signal },
    async () => {
      const { watchPackages } = await import('./image-packages.ts');
      const packed = await packImage({
        ...shipment,
        engine: context.engine,
        image: record,
        signal: context.signal,
        watchLayer: watchPackages(shipment.store, context.signal),
      });
      output(
        shipment,
        `packed ${packed.layers.length} layers as ${packed.manifest.digest} (${megabytes(
          packed.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        )})`,
      );
      return packed;
    },
  );
}

/** What this run, or an earlier one with the same key, said of the image. */
function verdictsOf(step: PlannedStep, results: StepResults): readonly SuiteVerdict[] {
  return step.needs
    .filter((need) => need.startsWith(`test:${step.image}:`))
    .map((need) => {
      const result = results.get(need);
      return {
        step: need,
        imageId: result?.imageId ?? 'nothing',
        outcome: result !== undefined && isPassed(result.outcome) ? 'passed' : 'lost',
      };
    });
}

/** Repositories of parents on the same registry: their layers need no second upload. */
function siblingRepositories({ context, image, repository }: Shipment): readonly string[] {
  const prefix = `${repository.address.host}/`;
  return context.project.images
    .filter((other) => image.parents.includes(other.name) && other.ship)
    .map((other) => repositoryOf(other, context.project.registry))
    .filter((other) => other.startsWith(prefix))
    .map((other) => other.slice(prefix.length));
}

function imageDigest(built: BuiltImage): Digest {
  if (isDigest(built.imageId)) return built.imageId;
  throw new PipelineError('IMAGE_VANISHED', `the engine gave no image id but ${built.imageId}`);
}

function output({ step, context }: Shipment, text: string): void {
  context.emit({ type: 'step.output', step: step.id, source: 'ship', text: `${text}\n` });
}

function listOf(tags: readonly string[]): string {
  return tags.join(', ');
}

function megabytes(sizeBytes: number): string {
  return `${(sizeBytes / 1e6).toFixed(1)} MB`;
}
