import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../host/clock.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Repository } from '../registry/contract.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { startCncfRegistry, type CncfRegistry } from '../registry/testing/cncf-registry.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { findDrift } from './drift.ts';
import { promoteDigest, rollBack, type HandWork } from './promote-by-hand.ts';
import type { ProofLookup } from './proof.ts';
import { readTagHistory } from './tag-history.ts';
import {
  digestsOf,
  openPromotions,
  pushRelease,
  type Promotions,
  type SampleRelease,
} from './testing/promotions.ts';

const TIMES = ['2026-01-01', '2026-02-02', '2026-03-03', '2026-04-04'].map(
  (day) => `${day}T00:00:00.000Z`,
);

let embedded: FaultyRegistry;
let cncf: CncfRegistry;
let promotions: Promotions;
let proven: Set<Digest>;

beforeEach(async () => {
  [embedded, cncf, promotions] = await Promise.all([
    startFaultyRegistry(),
    startCncfRegistry(),
    openPromotions(),
  ]);
  proven = new Set();
});

afterEach(async () => {
  await Promise.all([embedded, cncf, promotions].map((each) => each[Symbol.asyncDispose]()));
});

const prove: ProofLookup = (_, { digest }) =>
  Promise.resolve({
    holds: proven.has(digest),
    rules: [
      {
        rule: 'tested',
        holds: proven.has(digest),
        message: proven.has(digest) ? 'PASSED: 9 cases' : 'no trusted test result',
      },
    ],
  });

function workIn(repository: Repository): HandWork {
  return {
    repository,
    runId: 'by-hand',
    prove,
    known: [],
    stateFolder: promotions.stateFolder,
    clock: systemClock,
    signal: AbortSignal.timeout(30_000),
    journal: {
      intent: (effect) => void promotions.journal.push({ phase: 'intent', effect }),
      done: (effect) => void promotions.journal.push({ phase: 'done', effect }),
      notice: (message) => void promotions.notices.push(message),
    },
  };
}

/** Several commits, each shipped as `latest` by a run of its own. */
async function shipAll(
  repository: Repository,
  times: readonly string[],
): Promise<readonly SampleRelease[]> {
  const releases: SampleRelease[] = [];
  for (const time of times) {
    const release = await pushRelease(repository, time);
    proven.add(release.digest);
    await promotions.promote(promotions.request(repository, release));
    releases.push(release);
  }
  return releases;
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items.at(index);
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}

describe.each(['embedded', 'CNCF Distribution'])('on the registry %s', (kind) => {
  const open = (): Repository =>
    kind === 'embedded'
      ? embedded.open()
      : openRepository({ repository: `${cncf.host}/app`, env: {} });

  test('what another machine tested is promoted by digest, and by tag', async () => {
    await using repository = open();
    const release = await pushRelease(repository, at(TIMES, 0));
    proven.add(release.digest);

    const byDigest = await promoteDigest(workIn(repository), {
      reference: release.digest,
      tags: ['1.2.3', 'edge'],
      mayGoBack: false,
      isDryRun: false,
    });
    const byTag = await promoteDigest(workIn(repository), {
      reference: 'edge',
      tags: ['stable', 'latest'],
      mayGoBack: false,
      isDryRun: false,
    });

    expect(byDigest.moved.map(({ tag }) => tag)).toEqual(['1.2.3', 'edge']);
    expect(byTag).toMatchObject({ digest: release.digest, evidence: 'tested: PASSED: 9 cases' });
    expect(new Set(Object.values(await digestsOf(repository, ['edge', 'latest'])))).toEqual(
      new Set([release.digest]),
    );
  });

  test('a digest without evidence is refused with the rule, and nothing moves: DIGEST_UNPROVEN', async () => {
    await using repository = open();
    const release = await pushRelease(repository, at(TIMES, 0));

    const promoting = promoteDigest(workIn(repository), {
      reference: release.digest,
      tags: ['latest'],
      mayGoBack: false,
      isDryRun: false,
    });

    await expect(promoting).rejects.toMatchObject({ code: 'DIGEST_UNPROVEN', exitCode: 1 });
    await expect(promoting).rejects.toThrow(/`tested`: no trusted test result/u);
    expect(await repository.tags.list()).toEqual([]);
    expect(promotions.journal).toEqual([]);
  });

  test('a digest that is not there is refused: DIGEST_UNKNOWN', async () => {
    await using repository = open();

    const promoting = promoteDigest(workIn(repository), {
      reference: `sha256:${'0'.repeat(64)}`,
      tags: ['latest'],
      mayGoBack: false,
      isDryRun: false,
    });

    await expect(promoting).rejects.toMatchObject({ code: 'DIGEST_UNKNOWN', exitCode: 1 });
  });

  test('the history tells from the registry alone what the tag was, when and by whom', async () => {
    await using repository = open();
    const releases = await shipAll(repository, TIMES.slice(0, 3));

    const [history, ...others] = await readTagHistory(repository);

    expect(others).toEqual([]);
    expect(history).toMatchObject({
      tag: 'latest',
      digest: at(releases, 2).digest,
      isExplained: true,
    });
    expect(history?.moves.map(({ to, from, state }) => ({ to, from, state }))).toEqual([
      { to: at(releases, 0).digest, from: null, state: 'past' },
      { to: at(releases, 1).digest, from: at(releases, 0).digest, state: 'past' },
      { to: at(releases, 2).digest, from: at(releases, 1).digest, state: 'current' },
    ]);
    expect(history?.moves[1]).toMatchObject({ committedAt: TIMES[1], evidence: 'a test' });
  });

  test('a rollback goes one release back, is held against the commit it undid, and ends with a newer one', async () => {
    await using repository = open();
    const releases = await shipAll(repository, TIMES.slice(0, 3));

    const rolled = await rollBack(workIn(repository), {
      tag: 'latest',
      to: { steps: 1 },
      reason: 'loses sessions',
      isForced: false,
    });
    const again = await promotions.promote(promotions.request(repository, at(releases, 2)));
    const held = await digestsOf(repository, ['latest']);
    const fixed = await pushRelease(repository, at(TIMES, 3));
    await promotions.promote(promotions.request(repository, fixed));

    expect(rolled.digest).toBe(at(releases, 1).digest);
    expect(again).toMatchObject({ ok: true });
    expect(held).toEqual({ latest: at(releases, 1).digest });
    expect(await digestsOf(repository, ['latest'])).toEqual({ latest: fixed.digest });
    const [history] = await readTagHistory(repository, { only: ['latest'] });
    expect(history?.moves.map(({ kind, state }) => [kind, state])).toEqual([
      ['promote', 'past'],
      ['promote', 'past'],
      ['promote', 'past'],
      ['rollback', 'past'],
      ['promote', 'current'],
    ]);
    expect(history?.moves[3]).toMatchObject({ reason: 'loses sessions', holdUntil: TIMES[2] });
  });

  test('a second rollback goes further back, and not forth again', async () => {
    await using repository = open();
    const releases = await shipAll(repository, TIMES.slice(0, 3));
    const wish = { tag: 'latest', to: { steps: 1 }, isForced: false } as const;

    await rollBack(workIn(repository), wish);
    const second = await rollBack(workIn(repository), wish);
    const third = rollBack(workIn(repository), wish);

    expect(second.digest).toBe(at(releases, 0).digest);
    await expect(third).rejects.toMatchObject({ code: 'ROLLBACK_TARGET_UNKNOWN', exitCode: 1 });
  });

  test('a rollback to what has no evidence any more needs force, and then only to what was there', async () => {
    await using repository = open();
    const [first, second] = await shipAll(repository, TIMES.slice(0, 2));
    const stranger = await pushRelease(repository, at(TIMES, 0));
    proven.clear();
    const wish = { tag: 'latest', reason: 'it burns' };

    const unforced = rollBack(workIn(repository), { ...wish, to: { steps: 1 }, isForced: false });
    await expect(unforced).rejects.toMatchObject({ code: 'DIGEST_UNPROVEN' });
    const toStranger = rollBack(workIn(repository), {
      ...wish,
      to: { digest: stranger.digest },
      isForced: true,
    });
    await expect(toStranger).rejects.toMatchObject({ code: 'DIGEST_UNPROVEN' });
    expect(await digestsOf(repository, ['latest'])).toEqual({ latest: second?.digest });

    await rollBack(workIn(repository), { ...wish, to: { steps: 1 }, isForced: true });

    expect(await digestsOf(repository, ['latest'])).toEqual({ latest: first?.digest });
  });

  test('drift is found: a tag that somebody else moved, and a digest without evidence', async () => {
    await using repository = open();
    const [first] = await shipAll(repository, TIMES.slice(0, 1));
    await promotions.promote(
      promotions.request(repository, first ?? (await pushRelease(repository, '')), {
        tagNames: ['stable', 'edge'],
      }),
    );
    const clean = await findDrift(repository, prove);
    const foreign = await pushRelease(repository, at(TIMES, 1));
    await repository.manifests.put({ ...foreign.manifest, reference: 'edge' });
    await repository.manifests.put({ ...foreign.manifest, reference: 'hand' });
    if (first !== undefined)
      await repository.manifests.put({ ...first.manifest, reference: 'copied' });

    const drift = await findDrift(repository, prove);
    const unjudged = await findDrift(repository, undefined);

    const kindsOf = (found: typeof drift): Record<string, readonly string[]> =>
      Object.fromEntries(found.map(({ tag, findings }) => [tag, findings.map(({ kind }) => kind)]));
    expect(kindsOf(clean)).toEqual({ edge: [], latest: [], stable: [] });
    expect(kindsOf(drift)).toEqual({
      copied: ['foreign'],
      edge: ['foreign', 'unproven'],
      hand: ['foreign', 'unproven'],
      latest: [],
      stable: [],
    });
    expect(kindsOf(unjudged)).toMatchObject({ edge: ['foreign'], latest: [] });
  });

  test('a rollback during a promotion waits for it, and goes back from where it ended', async () => {
    await using repository = open();
    const releases = await shipAll(repository, TIMES.slice(0, 2));
    const next = await pushRelease(repository, at(TIMES, 2));
    proven.add(next.digest);

    const [promotion] = await Promise.all([
      promotions.promote(promotions.request(repository, next)),
      rollBack(workIn(repository), {
        tag: 'latest',
        to: { digest: at(releases, 0).digest },
        isForced: false,
      }),
    ]);

    expect(promotion.ok).toBe(true);
    const [history] = await readTagHistory(repository, { only: ['latest'] });
    expect(history?.isExplained).toBe(true);
    expect(history?.moves.filter(({ state }) => state === 'overwritten')).toEqual([]);
  });
});

test('a rollback of what somebody else put there leads back to what was promoted last, where that is known', async () => {
  const repository = embedded.open();
  const releases = await shipAll(repository, TIMES.slice(0, 2));
  const foreign = await pushRelease(repository, at(TIMES, 3));
  await repository.manifests.put({ ...foreign.manifest, reference: 'latest' });

  const wish = { tag: 'latest', to: { steps: 1 }, isForced: false } as const;

  const alone = rollBack(workIn(repository), wish);
  await expect(alone).rejects.toMatchObject({ code: 'ROLLBACK_TARGET_UNKNOWN' });
  const rolled = await rollBack(
    { ...workIn(repository), known: releases.map(({ digest }) => digest) },
    wish,
  );

  expect(rolled.digest).toBe(at(releases, 1).digest);
});

test('a tag that names a version or a commit is for good: a rollback of it is refused', async () => {
  const repository = embedded.open();
  const [first, second] = [
    await pushRelease(repository, at(TIMES, 0)),
    await pushRelease(repository, at(TIMES, 1)),
  ];
  proven.add(second.digest);
  for (const tag of ['1.2.3', 'sha-0badcafe', '0badcafe1234'])
    await repository.manifests.put({ ...first.manifest, reference: tag });

  for (const tag of ['1.2.3', 'sha-0badcafe', '0badcafe1234']) {
    const rolling = rollBack(workIn(repository), {
      tag,
      to: { digest: second.digest },
      isForced: false,
    });
    await expect(rolling).rejects.toMatchObject({ code: 'TAG_IMMUTABLE_CONFLICT' });
  }
});

test('a record that is none, or of another image, is nobody’s history', async () => {
  const repository = embedded.open();
  const [release] = await shipAll(repository, TIMES.slice(0, 1));
  const [listed] = await repository.manifests.referrers(at([release], 0)?.digest ?? 'sha256:');
  const manifest = await repository.manifests.read(listed?.digest ?? '');
  const text = Buffer.from(manifest?.bytes ?? []).toString();
  for (const forged of [
    text.replace('seatrial.promotion/1', 'seatrial.promotion/9'),
    text.replace(String.raw`\"kind\"`, '"kind'),
  ])
    await repository.manifests
      .put({ bytes: Buffer.from(forged), mediaType: manifest?.mediaType ?? '' })
      .catch(() => undefined);

  const [history] = await readTagHistory(repository);

  expect(history?.moves).toHaveLength(1);
});
