import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inBatches } from '../kernel/in-batches.ts';
import type { Repository } from '../registry/contract.ts';
import { systemClock } from '../host/clock.ts';
import { startCncfRegistry } from '../registry/testing/cncf-registry.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { withLease } from './lease.ts';
import type { PromotionRequest } from './promotion.ts';
import { readRecords } from './promotion-record.ts';
import { digestsOf, openPromotions, pushRelease, type Promotions } from './testing/promotions.ts';

const OLD = '2026-01-01T00:00:00.000Z';
const NEW = '2026-02-02T00:00:00.000Z';
const TAGS = ['1.2.3', '1.2', 'latest'];

let registry: FaultyRegistry;
let app: Repository;
let promotions: Promotions;

beforeEach(async () => {
  [registry, promotions] = await Promise.all([startFaultyRegistry(), openPromotions()]);
  app = registry.open();
});

afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await promotions[Symbol.asyncDispose]();
});

/** Runs something just before a tag is written, as another writer would. */
function beforeWriteOf(tag: string, request: PromotionRequest, act: () => void): PromotionRequest {
  const { journal } = request;
  return {
    ...request,
    journal: {
      ...journal,
      intent: (effect) => {
        journal.intent(effect);
        if (effect.kind === 'tag' && effect.isReturn !== true && effect.move.tag === tag) act();
      },
    },
  };
}

describe('one image', () => {
  test('gets its tags in order, each announced before and told after, with a record before the first', async () => {
    const release = await pushRelease(app, NEW);

    const outcome = await promotions.promote(promotions.request(app, release, { tagNames: TAGS }));

    expect(outcome.ok).toBe(true);
    expect(await digestsOf(app, TAGS)).toEqual({
      '1.2.3': release.digest,
      '1.2': release.digest,
      latest: release.digest,
    });
    expect(
      promotions.journal.map(({ phase, effect }) =>
        effect.kind === 'tag' ? `${phase} ${effect.move.tag}` : `${phase} ${effect.kind}`,
      ),
    ).toEqual(['record', ...TAGS].flatMap((what) => [`intent ${what}`, `done ${what}`]));
    expect(await readRecords(app, release.digest, [])).toMatchObject([
      { kind: 'promote', to: release.digest, tags: TAGS.map((tag) => ({ tag, from: null })) },
    ]);
  });

  test('gets its tags from a registry that takes no records, too, and that is said', async () => {
    const release = await pushRelease(app, NEW);
    const body = JSON.stringify({ errors: [{ code: 'MANIFEST_INVALID', message: 'images only' }] });
    registry.faults.set([
      { on: 'manifest.put', action: { kind: 'status', status: 400, body }, times: 1 },
    ]);

    const outcome = await promotions.promote(promotions.request(app, release));

    expect(outcome.ok).toBe(true);
    expect(promotions.notices.join()).toContain('the registry keeps no record of this promotion: ');
    expect(await digestsOf(app, ['latest'])).toEqual({ latest: release.digest });
    expect(await readRecords(app, release.digest, [])).toEqual([]);
  });

  test('whose record cannot be kept because the registry fails gets no tag', async () => {
    const release = await pushRelease(app, NEW);
    registry.faults.set([{ on: 'manifest.put', action: { kind: 'status', status: 403 } }]);

    const outcome = await promotions.promote(promotions.request(app, release));

    expect(outcome).toMatchObject({ ok: false, returned: [], left: [] });
    expect(await digestsOf(app, ['latest'])).toEqual({});
  });

  test('that has its tags already writes nothing', async () => {
    const release = await pushRelease(app, NEW);
    const request = promotions.request(app, release, { tagNames: TAGS });
    await promotions.promote(request);
    const before = registry.requests.filter(({ method }) => method === 'PUT').length;

    const again = await promotions.promote(request);

    expect(again).toMatchObject({ ok: true });
    expect(again.ok && again.promotions.get(request)).toEqual({
      moved: [],
      kept: TAGS,
      superseded: [],
    });
    expect(registry.requests.filter(({ method }) => method === 'PUT')).toHaveLength(before);
  });

  test('is refused when an immutable tag is taken, and no tag moves: TAG_IMMUTABLE_CONFLICT', async () => {
    const [old, release] = [await pushRelease(app, OLD), await pushRelease(app, NEW)];
    await promotions.promote(promotions.request(app, old, { tagNames: TAGS }));

    const outcome = await promotions.promote(
      promotions.request(app, release, { tagNames: ['1.2.4', ...TAGS] }),
    );

    expect(outcome).toMatchObject({ ok: false, returned: [], left: [] });
    expect(outcome).toMatchObject({
      error: {
        code: 'TAG_IMMUTABLE_CONFLICT',
        exitCode: 1,
        details: { tag: '1.2.3', expected: release.digest, found: old.digest },
      },
    });
    expect(await digestsOf(app, ['1.2.4', 'latest'])).toEqual({ latest: old.digest });
  });

  test('of an older commit gets its own tags and leaves those of the newer one', async () => {
    const [old, release] = [await pushRelease(app, OLD), await pushRelease(app, NEW)];
    await promotions.promote(promotions.request(app, release));
    const request = promotions.request(app, old, { tagNames: ['1.2.2', 'latest'] });

    const outcome = await promotions.promote(request);

    expect(outcome.ok && outcome.promotions.get(request)).toMatchObject({
      moved: [{ tag: '1.2.2' }],
      superseded: [{ tag: 'latest' }],
    });
    expect(await digestsOf(app, ['latest'])).toEqual({ latest: release.digest });
  });

  test('of an older commit goes back when that is allowed', async () => {
    const [old, release] = [await pushRelease(app, OLD), await pushRelease(app, NEW)];
    await promotions.promote(promotions.request(app, release));

    await promotions.promote(promotions.request(app, old, { mayGoBack: true }));

    expect(await digestsOf(app, ['latest'])).toEqual({ latest: old.digest });
  });

  test('that a newer commit made anew counts as new, though its labels are those of the first', async () => {
    const [first, between] = [await pushRelease(app, OLD), await pushRelease(app, NEW)];
    await promotions.promote(promotions.request(app, between));
    const reverting = { ...first, committedAt: '2026-03-03T00:00:00.000Z' };
    await promotions.promote(promotions.request(app, reverting));

    const late = await promotions.promote(promotions.request(app, between));

    expect(late.ok).toBe(true);
    expect(await digestsOf(app, ['latest'])).toEqual({ latest: first.digest });
  });
});

/** The repository, with somebody who acts around each write of a tag. */
function withOther(
  repository: Repository,
  around: { readonly before?: Act | undefined; readonly after?: Act | undefined },
): Repository {
  return {
    ...repository,
    manifests: {
      ...repository.manifests,
      put: async (manifest) => {
        await around.before?.(manifest.reference);
        const result = await repository.manifests.put(manifest);
        await around.after?.(manifest.reference);
        return result;
      },
    },
  };
}
type Act = (tag: string | undefined) => Promise<unknown>;

describe('another writer', () => {
  test('whose digest stands where ours should is reported with both digests: TAG_CONFLICT', async () => {
    const [release, foreign] = [await pushRelease(app, NEW), await pushRelease(app, OLD)];
    const repository = withOther(app, {
      before: async (tag) => {
        if (tag !== 'latest') return;
        await app.manifests.put({ ...foreign.manifest, reference: tag });
        registry.faults.set([{ on: 'manifest.put', action: { kind: 'storeNothing' }, times: 1 }]);
      },
    });

    const outcome = await promotions.promote(promotions.request(repository, release));

    expect(outcome).toMatchObject({
      ok: false,
      error: {
        code: 'TAG_CONFLICT',
        exitCode: 1,
        details: { tag: 'latest', expected: release.digest, found: foreign.digest },
      },
      returned: [],
      left: [],
    });
    expect(await digestsOf(app, ['latest'])).toEqual({ latest: foreign.digest });
  });

  test('between our write and the final read-back is reported with both digests, and not fought', async () => {
    const [release, foreign] = [await pushRelease(app, NEW), await pushRelease(app, OLD)];
    const repository = withOther(app, {
      after: async (tag) => {
        if (tag === 'latest') await app.manifests.put({ ...foreign.manifest, reference: '1.2' });
      },
    });

    const outcome = await promotions.promote(
      promotions.request(repository, release, { tagNames: ['1.2', 'latest'] }),
    );

    expect(outcome).toMatchObject({
      ok: false,
      error: {
        code: 'TAG_CONFLICT',
        details: { tag: '1.2', expected: release.digest, found: foreign.digest },
      },
      returned: [{ move: { tag: 'latest' } }],
    });
    expect(await digestsOf(app, ['1.2', 'latest'])).toEqual({ '1.2': foreign.digest });
  });

  test('on another machine that ships a newer commit meanwhile wins, and ours is superseded', async () => {
    await using elsewhere = await openPromotions();
    const [old, release] = [await pushRelease(app, OLD), await pushRelease(app, NEW)];
    const repository = withOther(app, {
      after: async (tag) => {
        if (tag === '1.0.0') await elsewhere.promote(elsewhere.request(app, release));
      },
    });
    const request = promotions.request(repository, old, { tagNames: ['1.0.0', 'latest'] });

    const outcome = await promotions.promote(request);

    expect(outcome.ok && outcome.promotions.get(request)).toMatchObject({
      moved: [{ tag: '1.0.0' }],
      superseded: [{ tag: 'latest' }],
    });
    expect(await digestsOf(app, ['latest'])).toEqual({ latest: release.digest });
  });

  test('on another machine that takes an immutable tag meanwhile stops the set', async () => {
    const [release, foreign] = [await pushRelease(app, NEW), await pushRelease(app, OLD)];
    const repository = withOther(app, {
      after: async (tag) => {
        if (tag === '1.0.0') await app.manifests.put({ ...foreign.manifest, reference: '1.0.1' });
      },
    });

    const outcome = await promotions.promote(
      promotions.request(repository, release, { tagNames: ['1.0.0', '1.0.1', 'latest'] }),
    );

    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'TAG_IMMUTABLE_CONFLICT' },
      returned: [{ move: { tag: '1.0.0' } }],
    });
    expect(await digestsOf(app, ['1.0.0', '1.0.1', 'latest'])).toEqual({
      '1.0.1': foreign.digest,
    });
  });

  test('that took the lease over stops us before the next write, and nothing is brought back: LEASE_LOST', async () => {
    const [old, release] = [await pushRelease(app, OLD), await pushRelease(app, NEW)];
    await promotions.promote(promotions.request(app, old, { tagNames: ['1.2', 'latest'] }));
    const repository = withOther(app, {
      after: async (tag) => {
        if (tag !== '1.2') return;
        await withLease(
          {
            stateFolder: promotions.stateFolder,
            repository: app.address.repository,
            clock: systemClock,
            signal: AbortSignal.timeout(10_000),
            lifetimeMs: 50,
          },
          () => Promise.resolve(),
        );
      },
    });

    const outcome = await promotions.promote(
      promotions.request(repository, release, { tagNames: ['1.2', 'latest'] }),
    );

    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'LEASE_LOST' },
      returned: [],
      left: [{ move: { tag: '1.2', from: old.digest, to: release.digest } }],
    });
    expect(await digestsOf(app, ['1.2', 'latest'])).toEqual({
      '1.2': release.digest,
      latest: old.digest,
    });
  });
});

describe('a set of images', () => {
  test('moves general tags last, those of all images together', async () => {
    const other = registry.open({ repository: `${registry.host}/other` });
    const [a, b] = [await pushRelease(app, NEW), await pushRelease(other, NEW)];

    await promotions.promote(
      promotions.request(app, a, { tagNames: ['1.0.0', 'latest'] }),
      promotions.request(other, b, { tagNames: ['2.0.0', 'latest'] }),
    );

    const written = registry.requests
      .filter(({ method, path }) => method === 'PUT' && !path.includes('sha256'))
      .map(({ path }) => path.replace('/v2/', '').replace('/manifests/', ':'));
    expect(written).toEqual(['app:1.0.0', 'other:2.0.0', 'app:latest', 'other:latest']);
  });

  test('is not begun when a tag of one of them is taken for good', async () => {
    const other = registry.open({ repository: `${registry.host}/other` });
    const [a, b, taken] = [
      await pushRelease(app, NEW),
      await pushRelease(other, NEW),
      await pushRelease(other, OLD),
    ];
    await promotions.promote(promotions.request(other, taken, { tagNames: ['2.0.0'] }));

    const outcome = await promotions.promote(
      promotions.request(app, a, { tagNames: ['1.0.0', 'latest'] }),
      promotions.request(other, b, { tagNames: ['2.0.0', 'latest'] }),
    );

    expect(outcome).toMatchObject({ ok: false, error: { code: 'TAG_IMMUTABLE_CONFLICT' } });
    expect(await digestsOf(app, ['1.0.0', 'latest'])).toEqual({});
  });

  test('that fails in the middle is brought back: old tags to their digest, new ones away', async () => {
    const other = registry.open({ repository: `${registry.host}/other` });
    const [old, a, b] = [
      await pushRelease(app, OLD),
      await pushRelease(app, NEW),
      await pushRelease(other, NEW),
    ];
    await promotions.promote(promotions.request(app, old));
    const stuck = beforeWriteOf(
      'stable',
      promotions.request(other, b, { tagNames: ['stable'] }),
      () =>
        registry.faults.set([
          { on: 'manifest.put', action: { kind: 'status', status: 400 }, times: 1 },
        ]),
    );

    const outcome = await promotions.promote(
      promotions.request(app, a, { tagNames: ['1.0.0', 'latest'] }),
      stuck,
    );

    expect(outcome).toMatchObject({ ok: false, at: stuck, left: [] });
    expect(!outcome.ok && outcome.returned.map(({ move }) => move.tag)).toEqual([
      'latest',
      '1.0.0',
    ]);
    expect(await digestsOf(app, ['1.0.0', 'latest'])).toEqual({ latest: old.digest });
    expect(await digestsOf(other, ['stable'])).toEqual({});
    const returns = promotions.journal.filter(
      ({ effect }) => effect.kind === 'tag' && effect.isReturn === true,
    );
    expect(returns.map(({ phase }) => phase)).toEqual(['intent', 'done', 'intent', 'done']);
  });

  test('that cannot be brought back says which tags moved, and the next try finishes', async () => {
    const [old, release] = [await pushRelease(app, OLD), await pushRelease(app, NEW)];
    await promotions.promote(promotions.request(app, old));
    const request = promotions.request(app, release, { tagNames: ['latest', 'stable'] });

    const outcome = await promotions.promote(
      beforeWriteOf('stable', request, () =>
        registry.faults.set([{ on: 'manifest.put', action: { kind: 'status', status: 403 } }]),
      ),
    );
    registry.faults.set([]);
    const next = await promotions.promote(request);

    expect(outcome).toMatchObject({
      ok: false,
      returned: [],
      left: [{ move: { tag: 'latest' } }],
    });
    expect(next).toMatchObject({ ok: true });
    expect(await digestsOf(app, ['latest', 'stable'])).toEqual({
      latest: release.digest,
      stable: release.digest,
    });
  });
});

test('two pipelines for two commits that finish in reverse order leave latest on the newer commit, 50 of 50', async () => {
  const rounds = Array.from({ length: 50 }, (_, round) => round);
  // Each has a repository of its own.
  await inBatches(rounds, 5, async (round) => {
    const repository = registry.open({ repository: `${registry.host}/round-${round}` });
    const other = registry.open({ repository: `${registry.host}/round-${round}` });
    const [old, release] = [await pushRelease(repository, OLD), await pushRelease(repository, NEW)];
    const newer = promotions.request(repository, release, { tagNames: ['2.0.0', 'latest'] });
    const older = promotions.request(other, old, { tagNames: ['1.0.0', 'latest'] });

    // One after the other, the older one last; and, in every other round, at the same time.
    const isRace = round % 2 === 1;
    const outcomes = isRace
      ? await Promise.all([promotions.promote(older), promotions.promote(newer)])
      : [await promotions.promote(newer), await promotions.promote(older)];

    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(await digestsOf(repository, ['1.0.0', '2.0.0', 'latest'])).toEqual({
      '1.0.0': old.digest,
      '2.0.0': release.digest,
      latest: release.digest,
    });
  });
});

describe('CNCF Distribution, which lists no referrers and removes no tags', () => {
  test('keeps records under tags of their own, and knows a newer commit by them', async () => {
    await using cncf = await startCncfRegistry();
    await using repository = openRepository({ repository: `${cncf.host}/app`, env: {} });
    const [first, between] = [
      await pushRelease(repository, OLD),
      await pushRelease(repository, NEW),
    ];
    await promotions.promote(promotions.request(repository, between));
    const reverting = { ...first, committedAt: '2026-03-03T00:00:00.000Z' };
    await promotions.promote(promotions.request(repository, reverting));

    await promotions.promote(promotions.request(repository, between));

    const tags = await repository.tags.list();
    expect(await readRecords(repository, first.digest, tags)).toHaveLength(1);
    expect(await digestsOf(repository, ['latest'])).toEqual({ latest: first.digest });
  });

  test('a new tag that cannot be removed is reported, an old one is brought back', async () => {
    await using cncf = await startCncfRegistry();
    await using repository = openRepository({ repository: `${cncf.host}/app`, env: {} });
    const [old, release] = [await pushRelease(repository, OLD), await pushRelease(repository, NEW)];
    const foreign = await pushRelease(repository, OLD);
    await promotions.promote(promotions.request(repository, old, { tagNames: ['edge', 'latest'] }));
    const disturbed = withOther(repository, {
      after: async (tag) => {
        if (tag === 'latest')
          await repository.manifests.put({ ...foreign.manifest, reference: 'edge' });
      },
    });

    const outcome = await promotions.promote(
      promotions.request(disturbed, release, { tagNames: ['1.0.0', 'edge', 'latest'] }),
    );

    expect(outcome).toMatchObject({ ok: false, error: { code: 'TAG_CONFLICT' } });
    expect(!outcome.ok && outcome.returned.map(({ move }) => move.tag)).toEqual(['latest']);
    expect(!outcome.ok && outcome.left.map(({ move }) => move.tag)).toEqual(['1.0.0']);
    expect(await digestsOf(repository, ['1.0.0', 'edge', 'latest'])).toEqual({
      '1.0.0': release.digest,
      edge: foreign.digest,
      latest: old.digest,
    });
  });
});
