import type { Digest } from '../kernel/digest.ts';
import { inBatches } from '../kernel/in-batches.ts';
import { isKeepTag, isReservedTag } from '../kernel/reserved-tags.ts';
import type { Repository } from '../registry/contract.ts';
import { listsVerification } from './lists-verification.ts';
import { readRecords, subjectOfRecordTag, type KeptRecord } from './promotion-record.ts';

/** What a tag points to, and how it got there. */
export interface TagHistory {
  readonly tag: string;
  /** Null when the tag is gone. */
  readonly digest: Digest | null;
  /** Whether the last move on record led to where the tag is. */
  readonly isExplained: boolean;
  /** Oldest first. */
  readonly moves: readonly PastMove[];
}

/** `undone`: it did not come about, or was brought back. `overwritten`: somebody else moved the tag after it. */
export type MoveState = 'current' | 'past' | 'undone' | 'overwritten';

export interface PastMove extends Omit<KeptRecord, 'schema' | 'tags'> {
  readonly from: Digest | null;
  readonly holdUntil?: string | undefined;
  readonly state: MoveState;
}

const AT_ONCE = 16;
const MOST_DIGESTS = 5000;

export interface TagHistoryOptions {
  /** @default all tags */
  readonly only?: readonly string[] | undefined;
  /** Digests to look at besides those that tags and records lead to. @default none */
  readonly known?: readonly Digest[] | undefined;
}

/**
 * The history of the tags of a repository, from the registry alone. Records are beside the images, or in what was
 * signed about them; each names where a tag was before, and so leads to the image before it. What somebody else moved every tag away from, no
 * tag leads to any more: only who knows its digest finds it.
 */
export async function readTagHistory(
  repository: Repository,
  { only, known = [] }: TagHistoryOptions = {},
): Promise<readonly TagHistory[]> {
  const tags = await repository.tags.list();
  const releases = tags.filter((tag) => !isReservedTag(tag));
  const heads = await readHeads(repository, releases);
  const kept = await readHeads(repository, tags.filter(isKeepTag));
  const marked = tags
    .map((tag) => subjectOfRecordTag(tag))
    .filter((digest) => digest !== undefined);
  const records = await readAllRecords(repository, tags, [
    ...heads.values(),
    ...kept.values(),
    ...marked,
    ...known,
  ]);
  const named = records.flatMap((record) => record.tags.map(({ tag }) => tag));
  return [...new Set([...releases, ...named])]
    .filter((tag) => only === undefined || only.includes(tag))
    .map((tag) => toHistory(tag, heads.get(tag) ?? null, records));
}

async function readHeads(
  repository: Repository,
  tags: readonly string[],
): Promise<ReadonlyMap<string, Digest>> {
  // Of each manifest the digest alone is kept: there may be thousands of tags.
  const found = await inBatches(tags, AT_ONCE, async (tag) => {
    const manifest = await repository.manifests.read(tag);
    return manifest === undefined ? [] : [[tag, manifest.digest] as const];
  });
  return new Map(found.flat());
}

/** Follows the records from the digests that are known now to those that came before. */
async function readAllRecords(
  repository: Repository,
  tags: readonly string[],
  seeds: readonly Digest[],
): Promise<readonly KeptRecord[]> {
  const seen = new Set<Digest>();
  const records: KeptRecord[] = [];
  let next = [...new Set(seeds)];
  while (next.length > 0 && seen.size < MOST_DIGESTS) {
    for (const digest of next) seen.add(digest);
    const read = await inBatches(next, AT_ONCE, async (digest) =>
      readAnyRecords(repository, digest, tags),
    );
    const found = read.flat();
    records.push(...found);
    const before = found.flatMap((record) => record.tags.flatMap(({ from }) => from ?? []));
    next = [...new Set(before)].filter((digest) => !seen.has(digest));
  }
  return records;
}

/** Records can get lost; what was signed when the tags had moved tells the same. */
async function readAnyRecords(
  repository: Repository,
  digest: Digest,
  tags: readonly string[],
): Promise<readonly KeptRecord[]> {
  const records = await readRecords(repository, digest, tags);
  if (records.length > 0 || !(await listsVerification(repository, digest))) return records;
  // Loaded for the few whose records got lost.
  const { readCertifiedRecords } = await import('./certified-records.ts');
  return await readCertifiedRecords(repository, digest);
}

/** Tells, from what the tag is now back to the first move, which moves came about: each says where it found the tag. */
export function toHistory(
  tag: string,
  digest: Digest | null,
  records: readonly KeptRecord[],
): TagHistory {
  const newestFirst = records
    .flatMap((record) =>
      record.tags.filter((each) => each.tag === tag).map((each) => ({ ...record, ...each })),
    )
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const moves: PastMove[] = [];
  let after = digest;
  let isLast = true;
  for (const move of newestFirst) {
    const state = stateOf(move, after, isLast);
    moves.unshift({ ...toMove(move), state });
    if (state === 'undone') continue;
    after = move.from;
    isLast = false;
  }
  const last = moves.findLast(({ state }) => state !== 'undone');
  return { tag, digest, isExplained: digest !== null && last?.state === 'current', moves };
}

function toMove(move: KeptRecord & KeptRecord['tags'][number]): Omit<PastMove, 'state'> {
  const { kind, runId, at, committedAt, commit, url, evidence, reason, to, from, holdUntil } = move;
  return { kind, runId, at, committedAt, commit, url, evidence, reason, to, from, holdUntil };
}

function stateOf(
  { from, to }: Pick<PastMove, 'from' | 'to'>,
  after: Digest | null,
  isLast: boolean,
): MoveState {
  if (after === to) return isLast ? 'current' : 'past';
  return after === from ? 'undone' : 'overwritten';
}
