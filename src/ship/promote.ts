import type { Clock } from '../host/clock.ts';
import { isDigest, type Digest } from '../kernel/digest.ts';
import type { Manifest } from '../registry/contract.ts';
import { RegistryError, type RegistryErrorCode } from '../registry/errors.ts';
import { messageOf } from '../kernel/errors.ts';
import { ShipError } from './errors.ts';
import { keepAlive, letGo } from './keep-tags.ts';
import { withLease, type Lease } from './lease.ts';
import { decideTag, decisionsOf, type TagDecision, type TagOccupant } from './promotion-plan.ts';
import { lookAtTags, wishOf } from './tag-outlook.ts';
import { keepRecord } from './promotion-record.ts';
import type { Promotion, PromotionRequest, SetOutcome, TagMove } from './promotion.ts';
import { leaseOf, returnTags, type PlacedTag } from './return-tags.ts';
import { readTagHeads, tagsElsewhere } from './tag-heads.ts';
import { readOccupants } from './tag-occupants.ts';

export interface PromoteOptions {
  /** `<project>/.seatrial`: where leases are. */
  readonly stateFolder: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told once per repository when another live process moves tags there. */
  readonly onWait?: ((holder: string, repository: string) => void) | undefined;
}

/**
 * Moves the tags of several images together, or, as far as the registry lets us, not at all. Under a lease of
 * each repository everything is decided first: one immutable tag that is taken stops the whole set. Then tags
 * move one by one, each read back, the general ones of all images last, and all are read once more at the end.
 * When one fails, those that had moved are brought back.
 */
export async function promoteTogether(
  requests: readonly PromotionRequest[],
  options: PromoteOptions,
): Promise<SetOutcome> {
  const repositories = new Set(requests.map(({ repository }) => repository.address.repository));
  // In one order for everybody, so that two sets never wait for each other.
  return await withLeases([...repositories].toSorted(), options, async (leases) => {
    const work: SetWork = { requests, leases, options, placed: [], at: requests[0] };
    let promotions: ReadonlyMap<PromotionRequest, Promotion>;
    try {
      promotions = await promoteHeld(work);
    } catch (error) {
      if (work.at === undefined) throw error;
      return {
        ok: false,
        error,
        at: work.at,
        ...(await returnTags(work.placed, {
          leases,
          mayTry: !options.signal.aborted && !isLeaseLost(error),
          cause: messageOf(error),
        })),
      };
    }
    await tidyUp(promotions, leases);
    return { ok: true, promotions };
  });
}

/** Everything has moved and was read back: what fails now is left for the next time. */
async function tidyUp(
  promotions: ReadonlyMap<PromotionRequest, Promotion>,
  leases: ReadonlyMap<string, Lease>,
): Promise<void> {
  for (const [request, { moved }] of promotions) {
    if (moved.length === 0) continue;
    try {
      await letGo(request, leaseOf(request, leases).assertHeld);
    } catch (error) {
      if (!(error instanceof RegistryError) && !isLeaseLost(error)) throw error;
      request.journal.notice(`old digests were not let go: ${messageOf(error)}`);
    }
  }
}

interface SetWork {
  readonly requests: readonly PromotionRequest[];
  readonly leases: ReadonlyMap<string, Lease>;
  readonly options: PromoteOptions;
  /** Tags whose move began, in order. */
  readonly placed: PlacedTag[];
  /** The request that is being worked on. */
  at: PromotionRequest | undefined;
}

async function withLeases<Result>(
  [first, ...others]: readonly string[],
  options: PromoteOptions,
  work: (leases: ReadonlyMap<string, Lease>) => Promise<Result>,
): Promise<Result> {
  if (first === undefined) return await work(new Map());
  return await withLease(
    { ...options, repository: first, onWait: (holder) => options.onWait?.(holder, first) },
    async (lease) =>
      await withLeases(
        others,
        options,
        async (held) => await work(new Map([[first, lease], ...held])),
      ),
  );
}

interface Decided {
  readonly request: PromotionRequest;
  readonly occupants: ReadonlyMap<string, TagOccupant | null>;
  /** By tag. What the last look before a write finds may change one. */
  readonly decisions: Map<string, TagDecision>;
}

async function promoteHeld(work: SetWork): Promise<ReadonlyMap<PromotionRequest, Promotion>> {
  const decided: Decided[] = [];
  for (const request of work.requests) {
    work.at = request;
    decided.push(await decide(request));
  }
  for (const each of decided) {
    work.at = each.request;
    await keepRecordOf(each, work);
    const { request, decisions } = each;
    await keepAlive(request, decisions, leaseOf(request, work.leases).assertHeld);
  }
  for (const { plan, planned } of inMovingOrder(decided)) {
    work.at = plan.request;
    await moveTag(plan, planned, work);
  }
  for (const plan of decided) {
    work.at = plan.request;
    await readAllBack(plan);
  }
  return new Map(
    decided.map(({ request, decisions }) => [
      request,
      toPromotion(request.manifest.digest, decisions.values()),
    ]),
  );
}

async function decide(request: PromotionRequest): Promise<Decided> {
  const { occupants, decisions } = await lookAtTags(request);
  const conflict = decisions.find(({ action }) => action === 'conflict');
  if (conflict !== undefined) throw takenForGood(request, conflict);
  return {
    request,
    occupants,
    decisions: new Map(decisions.map((decision) => [decision.tag, decision])),
  };
}

export function takenForGood(
  { repository, manifest }: Pick<PromotionRequest, 'repository' | 'manifest'>,
  { tag, from }: TagDecision,
): ShipError {
  return new ShipError(
    'TAG_IMMUTABLE_CONFLICT',
    `${repository.address.repository}:${tag} is ${from}, and ${manifest.digest} is to be shipped under it`,
    { details: { tag, expected: manifest.digest, found: from } },
  );
}

/** How registries refuse what is no image. */
const NO_ARTIFACTS: ReadonlySet<RegistryErrorCode> = new Set([
  'MANIFEST_INVALID',
  'REGISTRY_UNSUPPORTED',
]);

/** Written before the tags move: a run that dies in between leaves no move that nobody explains. */
async function keepRecordOf(plan: Decided, { options, leases }: SetWork): Promise<void> {
  const { request, decisions, occupants } = plan;
  const moves = decisionsOf(decisions.values(), 'move');
  if (moves.length === 0) return;
  const at = options.clock.now().toISOString();
  const effect = { kind: 'record', digest: request.manifest.digest } as const;
  await leaseOf(request, leases).assertHeld();
  request.journal.intent(effect);
  try {
    await keepRecord(request.repository, request.manifest, {
      ...request.record,
      schema: 'seatrial.promotion/1',
      at,
      tags: moves.map(({ tag, from }) => ({
        tag,
        from,
        ...(request.record.kind === 'rollback'
          ? { holdUntil: holdOf(occupants.get(tag) ?? null, at) }
          : {}),
      })),
    });
  } catch (error) {
    // A registry that takes images only can still be shipped to; it keeps no history then.
    if (!(error instanceof RegistryError) || !NO_ARTIFACTS.has(error.code)) throw error;
    request.journal.notice(`the registry keeps no record of this promotion: ${error.message}`);
    return;
  }
  request.journal.done(effect);
}

/** The commit that was rolled back does not come again by itself. */
function holdOf(occupant: TagOccupant | null, at: string): string {
  const times = [occupant?.committedAt, occupant?.holdUntil].filter((time) => time !== undefined);
  return times.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? at;
}

interface PlannedMove {
  readonly plan: Decided;
  readonly planned: PromotionRequest['tags'][number];
}

/** The specific tags of all images first: what many people follow changes last, and all at one time. */
function inMovingOrder(decided: readonly Decided[]): readonly PlannedMove[] {
  const moves = decided.flatMap((plan) =>
    plan.request.tags
      .filter(({ tag }) => plan.decisions.get(tag)?.action === 'move')
      .map((planned) => ({ plan, planned })),
  );
  const isMoving = ({ planned }: PlannedMove): boolean => planned.kind === 'moving';
  return [...moves.filter((move) => !isMoving(move)), ...moves.filter(isMoving)];
}

async function moveTag(
  { request, decisions }: Decided,
  planned: PromotionRequest['tags'][number],
  { leases, options, placed }: SetWork,
): Promise<void> {
  const { manifest, repository, journal } = request;
  const { tag } = planned;
  options.signal.throwIfAborted();
  await leaseOf(request, leases).assertHeld();
  // Another machine has other leases: what it did meanwhile is seen here, and what it does now, at the end.
  const before = (await repository.manifests.read(tag)) ?? null;
  const decision = await decideAgain(request, planned, { decision: decisions.get(tag), before });
  decisions.set(tag, decision);
  if (decision.action !== 'move') return;
  const move: TagMove = { tag, from: decision.from, to: manifest.digest };
  journal.intent({ kind: 'tag', move });
  placed.push({ request, move, before });
  try {
    await repository.manifests.put({ ...manifest, reference: tag });
  } catch (error) {
    throw asConflict(error, request, move);
  }
  journal.done({ kind: 'tag', move });
}

async function decideAgain(
  request: PromotionRequest,
  planned: PromotionRequest['tags'][number],
  now: { readonly decision: TagDecision | undefined; readonly before: Manifest | null },
): Promise<TagDecision> {
  const { decision, before } = now;
  if (decision !== undefined && decision.from === (before?.digest ?? null)) return decision;
  const occupants = await readOccupants(request.repository, new Map([[planned.tag, before]]));
  const again = decideTag(planned, occupants.get(planned.tag) ?? null, wishOf(request));
  if (again.action === 'conflict') throw takenForGood(request, again);
  return again;
}

/** A tag that shows neither the old nor the new digest after our write was written by somebody else. */
function asConflict(
  error: unknown,
  request: PromotionRequest,
  { tag, from, to }: TagMove,
): unknown {
  if (!(error instanceof RegistryError) || error.code !== 'DIGEST_MISMATCH') return error;
  const { found } = error.details;
  if (typeof found !== 'string' || !isDigest(found) || found === from || found === to) return error;
  return conflict(request, { tag, found, cause: error });
}

function conflict(
  { repository, manifest }: PromotionRequest,
  at: { readonly tag: string; readonly found: Digest | null; readonly cause?: unknown },
): ShipError {
  return new ShipError(
    'TAG_CONFLICT',
    `${repository.address.repository}:${at.tag} was moved to ${manifest.digest} and now points to ${at.found ?? 'nothing'}`,
    { cause: at.cause, details: { tag: at.tag, expected: manifest.digest, found: at.found } },
  );
}

/** Catches a writer that came between our write of one tag and the end. */
async function readAllBack({ request, decisions }: Decided): Promise<void> {
  const { repository, manifest } = request;
  if (decisionsOf(decisions.values(), 'move').length === 0) return;
  const ours = [
    ...decisionsOf(decisions.values(), 'move'),
    ...decisionsOf(decisions.values(), 'keep'),
  ];
  const now = await readTagHeads(
    repository,
    ours.map(({ tag }) => tag),
  );
  const [tag] = tagsElsewhere(now, manifest.digest);
  if (tag !== undefined) throw conflict(request, { tag, found: now.get(tag)?.digest ?? null });
}

export function toPromotion(digest: Digest, decisions: Iterable<TagDecision>): Promotion {
  const all = [...decisions];
  return {
    moved: decisionsOf(all, 'move').map(({ tag, from }) => ({ tag, from, to: digest })),
    kept: decisionsOf(all, 'keep').map(({ tag }) => tag),
    superseded: decisionsOf(all, 'superseded').map(({ tag, reason }) => ({ tag, reason })),
  };
}

function isLeaseLost(error: unknown): boolean {
  return error instanceof ShipError && error.code === 'LEASE_LOST';
}
