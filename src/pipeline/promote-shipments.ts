import { shortDigest } from '../kernel/digest.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import type { Manifest, Repository } from '../registry/contract.ts';
import { keepCountOf } from '../ship/keep-tags.ts';
import { createPromotionJournal } from '../ship/promotion-journal.ts';
import { promoteTogether } from '../ship/promote.ts';
import type { Promotion, PromotionRequest, SetOutcome } from '../ship/promotion.ts';
import type { Verified } from '../ship/proof.ts';
import { tellReturn } from '../ship/return-tags.ts';
import type { PlannedTag } from '../ship/tag-plan.ts';
import { settleVerification, type OwedPlace } from './owed-verification.ts';
import type { RunContext, StepResult } from './run-context.ts';
import type { BuiltImage } from './built-image.ts';

/** An image that is in its repository under its digest, and waits for the others of its run. */
export interface ReadyShipment {
  readonly step: PlannedStep;
  /** Empty for an index, which no engine has. */
  readonly built: Partial<BuiltImage>;
  readonly promotion: PromotionRequest;
  /** What is to be done when its tags are where they stay. Never throws. */
  readonly finish: () => Promise<void>;
  /** What is said of it, signed, once its tags have moved. Absent: nothing. */
  readonly verified?: Verified | undefined;
}

export interface PromotionReason {
  readonly manifest: Manifest;
  readonly tags: readonly PlannedTag[];
  /** What allows it, in one clause. */
  readonly evidence: string;
  /** Of the configuration. Absent: the registry's habit decides. */
  readonly keep: number | undefined;
}

/** What a run asks for, on behalf of its commit. */
export function promotionOf(
  at: {
    readonly step: PlannedStep;
    readonly context: RunContext;
    readonly repository: Repository;
  },
  { manifest, tags, evidence, keep }: PromotionReason,
): PromotionRequest {
  const { ci, runId } = at.context;
  return {
    repository: at.repository,
    manifest,
    tags,
    mayGoBack: at.context.mayGoBack,
    keepCount: keepCountOf(at.repository.address.host, keep),
    record: {
      kind: 'promote',
      runId,
      evidence,
      ...(ci.committedAt === undefined
        ? {}
        : { committedAt: new Date(ci.committedAt).toISOString() }),
      ...(ci.commit === undefined ? {} : { commit: ci.commit }),
      ...(ci.url === undefined ? {} : { url: ci.url }),
    },
    journal: createPromotionJournal(at.context.emit, {
      step: at.step.id,
      repository: at.repository.address.repository,
    }),
  };
}

export interface PromoteShipmentsOptions {
  /** Ship steps of the run that are not ready: one is enough, and no tag moves. */
  readonly unready: readonly PlannedStep[];
  readonly resultOfThrown: (step: PlannedStep, error: unknown) => StepResult;
}

/** Moves the tags of all images of a run, or of none. Says of each image how it ended. */
export async function promoteShipments(
  shipments: readonly ReadyShipment[],
  context: RunContext,
  options: PromoteShipmentsOptions,
): Promise<ReadonlyMap<PlannedStep, StepResult>> {
  try {
    if (shipments.length === 0) return new Map();
    const [hindrance] = options.unready;
    if (hindrance !== undefined || context.signal.aborted)
      return new Map(
        shipments.map((shipment) => [shipment.step, withheld(shipment, context, hindrance)]),
      );
    return await promoteReady(shipments, context, options);
  } finally {
    await Promise.all(
      shipments.map(async ({ promotion, finish }) => {
        await finish();
        await promotion.repository[Symbol.asyncDispose]();
      }),
    );
  }
}

function withheld(
  { built, promotion }: ReadyShipment,
  { signal }: RunContext,
  hindrance: PlannedStep | undefined,
): StepResult {
  if (signal.aborted) return { outcome: 'cancelled', reason: 'cancelled' };
  const { digest } = promotion.manifest;
  return {
    ...built,
    outcome: 'skipped',
    reason: `no tag was moved: ${hindrance?.id ?? 'another image'} is not ready, and images of one run ship together`,
    digest,
  };
}

async function promoteReady(
  shipments: readonly ReadyShipment[],
  context: RunContext,
  options: PromoteShipmentsOptions,
): Promise<ReadonlyMap<PlannedStep, StepResult>> {
  const results = new Map<PlannedStep, StepResult>();
  const failAll = (error: unknown): void => {
    for (const { step } of shipments) results.set(step, options.resultOfThrown(step, error));
  };
  let outcome: SetOutcome;
  try {
    outcome = await promoteTogether(
      shipments.map(({ promotion }) => promotion),
      {
        stateFolder: context.stateFolder,
        clock: context.clock,
        signal: context.signal,
        onWait: (holder, repository) =>
          context.emit({
            type: 'notice',
            message: `waiting for ${holder}, which ships to ${repository}`,
          }),
      },
    );
  } catch (error) {
    failAll(error);
    return results;
  }
  if (!outcome.ok) tellReturn(outcome);
  for (const shipment of shipments) {
    const { step, promotion } = shipment;
    if (outcome.ok) {
      const done = outcome.promotions.get(promotion);
      if (done !== undefined)
        results.set(step, await resultOfMoved(shipment, done, { context, options }));
    } else results.set(step, resultOfFailure(shipment, outcome, options));
  }
  return results;
}

/** Tags that have moved stay, and are told, whatever becomes of what is said of them. */
async function resultOfMoved(
  shipment: ReadyShipment,
  done: Promotion,
  run: { readonly context: RunContext; readonly options: PromoteShipmentsOptions },
): Promise<StepResult> {
  const result = resultOf(shipment, done, run.context);
  try {
    const { promotion, verified } = shipment;
    await certifyBySigner(promotion, done, { context: run.context, verified });
    return result;
  } catch (error) {
    return { ...result, ...run.options.resultOfThrown(shipment.step, error) };
  }
}

/** Says what was found of the digest, where there is somebody to sign it. */
export async function certifyBySigner(
  promotion: PromotionRequest,
  done: Promotion,
  by: {
    readonly context: Pick<RunContext, 'signer' | 'clock' | 'signal' | 'stateFolder'>;
    readonly verified: Verified | undefined;
  },
): Promise<void> {
  const { context, verified } = by;
  const { signer, clock, signal } = context;
  if (signer === undefined || verified === undefined) return;
  // Loaded by the few runs that ship with a key.
  const { certify } = await import('../ship/certify.ts');
  await certify(promotion, done, { signer, verified, clock, signal });
  await settleVerification(owedPlaceOf({ ...promotion, context }, promotion.manifest));
}

export function owedPlaceOf(
  at: {
    readonly context: Pick<RunContext, 'stateFolder'>;
    readonly repository: Repository;
  },
  { digest }: Pick<Manifest, 'digest'>,
): OwedPlace {
  const { stateFolder } = at.context;
  return { stateFolder, repository: at.repository.address.repository, digest };
}

function resultOf(shipment: ReadyShipment, done: Promotion, context: RunContext): StepResult {
  const { step, built, promotion } = shipment;
  const { repository, manifest } = promotion;
  const nameOf = (tag: string): string => `${repository.address.repository}:${tag}`;
  const against = done.superseded.map(({ tag, reason }) => `\`${tag}\` ${reason}`);
  for (const reason of against)
    context.emit({ type: 'notice', step: step.id, message: `not moved: ${reason}` });
  const common = {
    ...built,
    digest: manifest.digest,
    refs: promotion.tags
      .map(({ tag }) => tag)
      .filter((tag) => !done.superseded.some((each) => each.tag === tag))
      .map(nameOf),
    moved: done.moved.map(({ tag }) => nameOf(tag)),
  };
  if (done.moved.length > 0) return { ...common, outcome: 'passed' };
  if (against.length > 0)
    return { ...common, outcome: 'skipped', reason: `superseded: ${against.join('; ')}` };
  return {
    ...common,
    outcome: 'cached',
    reason: `${done.kept.join(', ')} already at ${shortDigest(manifest.digest)}`,
  };
}

function resultOfFailure(
  { step, built, promotion }: ReadyShipment,
  outcome: SetOutcome & { readonly ok: false },
  options: PromoteShipmentsOptions,
): StepResult {
  const nameOf = (tag: string): string => `${promotion.repository.address.repository}:${tag}`;
  const left = outcome.left.filter(({ request }) => request === promotion);
  const moved = left.map(({ move }) => nameOf(move.tag));
  if (outcome.at === promotion) return { ...options.resultOfThrown(step, outcome.error), moved };
  return {
    ...built,
    outcome: 'skipped',
    reason: `${left.length > 0 ? 'not finished' : 'no tag was moved'}: ${outcome.at.repository.address.repository} failed, and images of one run ship together`,
    digest: promotion.manifest.digest,
    moved,
  };
}
