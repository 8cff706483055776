import type { Digest } from '../kernel/digest.ts';
import { inBatches } from '../kernel/in-batches.ts';
import { isKeepTag, isReservedTag, keepTag } from '../kernel/reserved-tags.ts';
import type { Repository } from '../registry/contract.ts';
import { RegistryError, type RegistryErrorCode } from '../registry/errors.ts';
import { targetOf } from '../registry/targets/index.ts';
import { readImageOrigin } from './image-origin.ts';
import { decisionsOf, type TagDecision } from './promotion-plan.ts';
import { readRecords } from './promotion-record.ts';
import type { PromotionRequest } from './promotion.ts';
import { readTagHeads } from './tag-heads.ts';

/** How many digests are kept where nobody says, and the registry removes what has no tag. */
const DEFAULT_COUNT = 10;
/** With more the others are left alone: what is looked at takes requests. */
const MOST_LOOKED_AT = 100;
const AT_ONCE = 16;

/** How many digests of a repository are kept. Most registries keep what has no tag: they need no tag for it. */
export function keepCountOf(host: string, configured: number | undefined): number {
  return configured ?? (targetOf(host)?.collectsUntagged === true ? DEFAULT_COUNT : 0);
}

/** Only this digest has no tag of its own; that the registry does not take one for it is no reason not to ship it. */
const REFUSALS: ReadonlySet<RegistryErrorCode> = new Set([
  'TAG_IMMUTABLE',
  'REGISTRY_DENIED',
  'REGISTRY_UNSUPPORTED',
  'MANIFEST_INVALID',
]);

/**
 * Before tags move to a digest: gives it a tag that stays when they move on. A digest that gets a tag for good has
 * one already.
 */
export async function keepAlive(
  request: PromotionRequest,
  decisions: ReadonlyMap<string, TagDecision>,
  assertHeld: () => Promise<void>,
): Promise<void> {
  const { repository, manifest, journal } = request;
  if (decisionsOf(decisions.values(), 'move').length === 0) return;
  if (hasTagForGood(request, decisions) || !(await isWanted(request))) return;
  const tag = keepTag(manifest.digest);
  const head = await repository.manifests.head(tag);
  if (head?.digest === manifest.digest) return;
  const effect = { kind: 'keep', tag, digest: manifest.digest } as const;
  await assertHeld();
  journal.intent(effect);
  try {
    await repository.manifests.put({ ...manifest, reference: tag });
  } catch (error) {
    if (!(error instanceof RegistryError) || !REFUSALS.has(error.code)) throw error;
    journal.notice(`a rollback may not find ${manifest.digest} one day: ${error.message}`);
    return;
  }
  journal.done(effect);
}

function hasTagForGood(
  { tags }: PromotionRequest,
  decisions: ReadonlyMap<string, TagDecision>,
): boolean {
  return tags.some(({ tag, kind }) => {
    const action = decisions.get(tag)?.action;
    return kind === 'immutable' && (action === 'move' || action === 'keep');
  });
}

/** Where nobody said how many are kept, the registry's own habit and the tags that are there tell whether any are. */
async function isWanted({ repository, keepCount }: PromotionRequest): Promise<boolean> {
  if (keepCount !== undefined) return keepCount > 0;
  if (keepCountOf(repository.address.host, undefined) > 0) return true;
  return (await repository.tags.list()).some(isKeepTag);
}

/**
 * After tags have moved: takes the tags from the digests that were promoted longest ago. A tag alone is removed,
 * never a manifest, and none whose digest a release tag points to. What cannot be removed stays, and is said.
 */
export async function letGo(
  request: PromotionRequest,
  assertHeld: () => Promise<void>,
): Promise<void> {
  const { repository, journal, keepCount } = request;
  if (keepCount === undefined || keepCount === 0) return;
  const tags = await repository.tags.list();
  const kept = tags.filter(isKeepTag).slice(0, MOST_LOOKED_AT);
  if (kept.length <= keepCount) return;
  const aged = await byAge(repository, kept, tags);
  const old = aged.slice(keepCount).filter(({ digest }) => digest !== request.manifest.digest);
  const inUse = await digestsOfReleases(repository, tags);
  for (const { tag, digest } of old) {
    if (inUse.has(digest)) continue;
    const effect = { kind: 'keep', tag, digest, isRemoval: true } as const;
    await assertHeld();
    journal.intent(effect);
    const problem = await removeTag(repository, tag, digest);
    if (problem !== undefined) {
      journal.notice(`${repository.address.repository}:${tag} stays: ${problem}`);
      return;
    }
    journal.done(effect);
  }
}

interface KeptDigest {
  readonly tag: string;
  readonly digest: Digest;
}

/** Those that were promoted last come first. Where no record says when, the commit's time has to do. */
async function byAge(
  repository: Repository,
  kept: readonly string[],
  tags: readonly string[],
): Promise<readonly KeptDigest[]> {
  const dated = await inBatches(kept, AT_ONCE, async (tag) => {
    const manifest = await repository.manifests.read(tag);
    if (manifest === undefined) return [];
    const { digest } = manifest;
    const last = (await readRecords(repository, digest, tags)).at(-1);
    const at = last?.at ?? (await readImageOrigin(repository, manifest)).committedAt;
    return [{ tag, digest, promotedMs: at === undefined ? 0 : Date.parse(at) }];
  });
  return dated.flat().toSorted((a, b) => b.promotedMs - a.promotedMs);
}

async function digestsOfReleases(
  repository: Repository,
  tags: readonly string[],
): Promise<ReadonlySet<Digest>> {
  const releases = tags.filter((tag) => !isReservedTag(tag));
  const found = await inBatches(releases, AT_ONCE, async (tag) => {
    const head = await repository.manifests.head(tag);
    // A registry that does not say in a HEAD says in a GET.
    return head === undefined ? undefined : (head.digest ?? (await readDigest(repository, tag)));
  });
  return new Set(found.filter((digest) => digest !== undefined));
}

async function readDigest(repository: Repository, tag: string): Promise<Digest | undefined> {
  return (await readTagHeads(repository, [tag])).get(tag)?.digest;
}

/** Why the tag is still there; absent when it is gone, and its manifest is not. */
async function removeTag(
  repository: Repository,
  tag: string,
  digest: Digest,
): Promise<string | undefined> {
  const manifest = await repository.manifests.read(digest);
  if (manifest === undefined) return 'its manifest is gone';
  try {
    await repository.tags.remove(tag);
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== 'REGISTRY_UNSUPPORTED') throw error;
    return 'the registry removes no tags';
  }
  if ((await repository.manifests.head(digest)) === undefined) {
    // Some take the whole manifest away with any of its tags: Harbor before 2.0, goharbor/harbor#2663.
    await repository.manifests.put({ ...manifest, reference: tag });
    return 'the registry removed its manifest with it, and got it back';
  }
  const isServed = (await repository.manifests.head(tag)) !== undefined;
  return isServed ? 'the registry says that it is removed, and serves it' : undefined;
}
