import type { StatementSigner } from '../evidence/signer.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Manifest, Repository } from '../registry/contract.ts';
import { ShipError } from './errors.ts';
import { readImageOrigin } from './image-origin.ts';
import { promoteTogether, takenForGood, toPromotion, type PromoteOptions } from './promote.ts';
import { decisionsOf } from './promotion-plan.ts';
import { readRecords } from './promotion-record.ts';
import type { Promotion, PromotionJournal, PromotionRequest } from './promotion.ts';
import { assertProven, type ProofLookup, type Verified } from './proof.ts';
import { tellReturn } from './return-tags.ts';
import { rollbackTarget, type RollbackWish } from './rollback-target.ts';
import { readTagHistory, type TagHistory } from './tag-history.ts';
import { kindOfTag } from './tag-kind.ts';
import { lookAtTags } from './tag-outlook.ts';

/** What a person asks for, and everything that it takes. */
export interface HandWork extends PromoteOptions {
  readonly repository: Repository;
  readonly runId: string;
  /** Page of the CI job, when there is one. */
  readonly url?: string | undefined;
  readonly prove: ProofLookup;
  /** Digests that earlier runs moved tags to, as far as this machine knows. */
  readonly known: readonly Digest[];
  readonly journal: PromotionJournal;
  /** Signs what was found of the digest once its tags have moved. Absent: that is not said. */
  readonly signer?: StatementSigner | undefined;
}

export interface HandPromotion extends Promotion {
  readonly digest: Digest;
  /** What allowed it, in one clause. */
  readonly evidence: string;
}

/**
 * Moves tags to a digest that another machine tested and pushed. The evidence is read from the registry, now.
 * @throws {ShipError} DIGEST_UNKNOWN, DIGEST_UNPROVEN, TAG_IMMUTABLE_CONFLICT, TAG_CONFLICT, LEASE_LOST
 */
export async function promoteDigest(
  work: HandWork,
  wish: {
    /** A tag or a digest. */
    readonly reference: string;
    /** In this order: specific before general. */
    readonly tags: readonly string[];
    readonly mayGoBack: boolean;
    /** Says what would happen, and writes nothing. */
    readonly isDryRun: boolean;
  },
): Promise<HandPromotion> {
  const { repository } = work;
  const manifest = await repository.manifests.read(wish.reference);
  if (manifest === undefined)
    throw new ShipError(
      'DIGEST_UNKNOWN',
      `there is no ${wish.reference} in ${repository.address.repository}`,
    );
  const [{ evidence, verified }, commit] = await Promise.all([
    assertProven(repository, manifest, work.prove),
    readCommit(repository, manifest),
  ]);
  const request = {
    manifest,
    tags: wish.tags.map((tag) => ({ tag, kind: kindOfTag(tag) })),
    mayGoBack: wish.mayGoBack,
    record: { kind: 'promote', evidence, ...commit },
  } as const;
  if (!wish.isDryRun) return await promoteOne(work, request, verified);
  const { decisions } = await lookAtTags({ ...request, repository });
  const [conflict] = decisionsOf(decisions, 'conflict');
  if (conflict !== undefined) throw takenForGood({ repository, manifest }, conflict);
  return { ...toPromotion(manifest.digest, decisions), digest: manifest.digest, evidence };
}

/**
 * Moves a tag back to what it was, on the same way as every promotion, and holds it there: runs for commits that
 * are not newer than what it was rolled back from leave it alone. Without valid evidence only what was at the
 * tag before, and only with a reason.
 * @throws {ShipError} ROLLBACK_TARGET_UNKNOWN, DIGEST_UNPROVEN, TAG_IMMUTABLE_CONFLICT, TAG_CONFLICT, LEASE_LOST
 */
export async function rollBack(
  work: HandWork,
  wish: {
    readonly tag: string;
    readonly to: RollbackWish;
    readonly reason?: string | undefined;
    readonly isForced: boolean;
  },
): Promise<HandPromotion> {
  const { repository } = work;
  const { tag, reason } = wish;
  const [history] = await readTagHistory(repository, {
    only: [tag],
    known: work.known,
  });
  if (history === undefined || history.digest === null)
    throw new ShipError(
      'ROLLBACK_TARGET_UNKNOWN',
      `there is no tag ${tag} in ${repository.address.repository}`,
    );
  const digest = rollbackTarget(history, wish.to);
  const manifest = await repository.manifests.read(digest);
  if (manifest === undefined)
    throw new ShipError(
      'ROLLBACK_TARGET_UNKNOWN',
      `${digest} is no longer in ${repository.address.repository}`,
      {
        hint: 'Ship that commit again; `ship.keep` keeps digests alive where the registry does not.',
      },
    );
  const isForced = wish.isForced && wasThere(history, digest);
  // Of what is forced there is nothing to sign.
  const { evidence, verified } = isForced
    ? { evidence: 'forced: it was at the tag before' }
    : await assertProven(repository, manifest, work.prove);
  const request = {
    manifest,
    tags: [{ tag, kind: kindOfTag(tag) }],
    mayGoBack: true,
    record: { kind: 'rollback', evidence, ...(reason === undefined ? {} : { reason }) },
  } as const;
  return await promoteOne(work, request, verified);
}

function wasThere({ moves }: TagHistory, digest: Digest): boolean {
  return moves.some(
    ({ to, from, state }) => (to === digest && state !== 'undone') || from === digest,
  );
}

/** The newest commit that the digest stands for: of its labels, or of the runs that shipped it before. */
async function readCommit(
  repository: Repository,
  manifest: Manifest,
): Promise<{ readonly committedAt?: string; readonly commit?: string }> {
  const tags = await repository.tags.list();
  const [origin, records] = await Promise.all([
    readImageOrigin(repository, manifest),
    readRecords(repository, manifest.digest, tags),
  ]);
  const [newest] = [{ ...origin, commit: origin.revision }, ...records]
    .filter(({ committedAt }) => committedAt !== undefined)
    .toSorted((a, b) => Date.parse(b.committedAt ?? '') - Date.parse(a.committedAt ?? ''));
  return {
    ...(newest?.committedAt === undefined ? {} : { committedAt: newest.committedAt }),
    ...(newest?.commit === undefined ? {} : { commit: newest.commit }),
  };
}

async function promoteOne(
  work: HandWork,
  wish: Pick<PromotionRequest, 'manifest' | 'tags' | 'mayGoBack'> & {
    readonly record: Omit<PromotionRequest['record'], 'runId'>;
  },
  verified: Verified | undefined,
): Promise<HandPromotion> {
  const { repository, journal, runId, url, signer } = work;
  const request: PromotionRequest = {
    ...wish,
    repository,
    journal,
    record: { ...wish.record, runId, ...(url === undefined ? {} : { url }) },
  };
  const outcome = await promoteTogether([request], work);
  if (!outcome.ok) {
    tellReturn(outcome);
    throw outcome.error;
  }
  const { digest } = wish.manifest;
  const promotion = outcome.promotions.get(request) ?? { moved: [], kept: [], superseded: [] };
  if (signer !== undefined && verified !== undefined) {
    // Loaded by the few that have a key.
    const { certify } = await import('./certify.ts');
    await certify(request, promotion, { ...work, signer, verified });
  }
  return { ...promotion, digest, evidence: wish.record.evidence };
}
