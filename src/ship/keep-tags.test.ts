import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { keepTag } from '../kernel/reserved-tags.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import type { Repository } from '../registry/contract.ts';
import { startCncfRegistry } from '../registry/testing/cncf-registry.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { findDrift } from './drift.ts';
import { keepCountOf } from './keep-tags.ts';
import { rollBack } from './promote-by-hand.ts';
import { readTagHistory } from './tag-history.ts';
import {
  openPromotions,
  pushRelease,
  type Promotions,
  type SampleRelease,
} from './testing/promotions.ts';

const DAYS = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'];

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

/** Promotes one release after the other to `latest`, or to the tags that are given for its day. */
async function promoteDays(
  repository: Repository,
  keepCount: number | undefined,
  tagsOf: (day: number) => readonly string[] = () => ['latest'],
): Promise<readonly SampleRelease[]> {
  const releases: SampleRelease[] = [];
  for (const [day, date] of DAYS.entries()) {
    const release = await pushRelease(repository, `${date}T00:00:00.000Z`);
    const request = promotions.request(repository, release, { tagNames: tagsOf(day), keepCount });
    expect(await promotions.promote(request)).toMatchObject({ ok: true });
    releases.push(release);
  }
  return releases;
}

async function tagsBesides(repository: Repository, ...known: readonly string[]): Promise<string[]> {
  const tags = await repository.tags.list();
  return tags.filter((tag) => !tag.startsWith('sha256-') && !known.includes(tag)).toSorted();
}

function keepTagsOf(releases: readonly SampleRelease[]): readonly string[] {
  return releases.map(({ digest }) => keepTag(digest)).toSorted();
}

describe('a promoted digest', () => {
  it('gets a tag that stays, before any other tag moves to it', async () => {
    const release = await pushRelease(app, `${DAYS[0]}T00:00:00.000Z`);

    await promotions.promote(promotions.request(app, release, { keepCount: 3 }));

    expect((await app.manifests.read(keepTag(release.digest)))?.digest).toBe(release.digest);
    expect(promotions.journal.map(({ phase, effect }) => `${phase} ${effect.kind}`)).toEqual([
      'intent record',
      'done record',
      'intent keep',
      'done keep',
      'intent tag',
      'done tag',
    ]);
  });

  it('gets none when it has a tag for good', async () => {
    await promoteDays(app, 3, (day) => [`1.0.${day}`, 'latest']);

    expect(await tagsBesides(app, 'latest')).toEqual(['1.0.0', '1.0.1', '1.0.2', '1.0.3']);
  });

  it('gets none where the registry keeps what has no tag', async () => {
    await promoteDays(app, keepCountOf(app.address.host, undefined));

    expect(await tagsBesides(app)).toEqual(['latest']);
    expect(keepCountOf('registry.gitlab.com', undefined)).toBe(10);
    expect(keepCountOf('registry.gitlab.com', 0)).toBe(0);
  });

  it('is promoted all the same when the registry does not take the tag, and that is said', async () => {
    const release = await pushRelease(app, `${DAYS[0]}T00:00:00.000Z`);
    registry.faults.set([
      { on: 'manifest.put', action: { kind: 'status', status: 403 }, after: 1, times: 1 },
    ]);

    const outcome = await promotions.promote(promotions.request(app, release, { keepCount: 3 }));

    expect(outcome.ok).toBe(true);
    expect(promotions.notices).toEqual([
      expect.stringMatching(/^a rollback may not find sha256:.* answers 403$/u),
    ]);
    expect(await tagsBesides(app)).toEqual(['latest']);
  });
});

describe('digests that were promoted long ago', () => {
  it('lose their tag, and nothing but their tag', async () => {
    const releases = await promoteDays(app, 2);

    expect(await tagsBesides(app, 'latest')).toEqual(keepTagsOf(releases.slice(2)));
    for (const { digest } of releases) expect(await app.manifests.head(digest)).toBeDefined();
    expect(promotions.journal.filter(({ effect }) => 'isRemoval' in effect)).toHaveLength(4);
  });

  it('keep it as long as a release tag points to them', async () => {
    const releases = await promoteDays(app, 1, (day) => [day === 0 ? 'stable' : 'latest']);

    expect(await tagsBesides(app, 'latest', 'stable')).toEqual(
      keepTagsOf([releases[0], releases[3]].filter((release) => release !== undefined)),
    );
  });

  it('get their manifest back from a registry that removes it with its tag', async () => {
    const harbor: Repository = {
      ...app,
      tags: {
        ...app.tags,
        remove: async (tag) => {
          const digest = (await app.manifests.head(tag))?.digest;
          return digest !== undefined && (await app.manifests.remove(digest));
        },
      },
    };

    const releases = await promoteDays(harbor, 3);

    expect(await tagsBesides(app, 'latest')).toEqual(keepTagsOf(releases));
    expect(promotions.notices).toEqual([
      expect.stringContaining('the registry removed its manifest with it, and got it back'),
    ]);
  });

  it('stay when the registry fails just then, and the promotion is whole', async () => {
    const releases = await promoteDays(app, 3);
    const next = await pushRelease(app, '2026-01-05T00:00:00.000Z');
    registry.faults.set([{ on: 'manifest.delete', action: { kind: 'status', status: 403 } }]);

    const outcome = await promotions.promote(promotions.request(app, next, { keepCount: 3 }));

    expect(outcome.ok).toBe(true);
    expect(promotions.notices).toEqual([expect.stringContaining('old digests were not let go: ')]);
    expect(await tagsBesides(app, 'latest')).toEqual(keepTagsOf([...releases.slice(1), next]));
  });
});

describe('by hand, where nobody says how many', () => {
  it('a digest is kept where others are, and none is let go', async () => {
    const releases = await promoteDays(app, 3);
    const next = await pushRelease(app, '2026-01-05T00:00:00.000Z');

    await promotions.promote(promotions.request(app, next, { keepCount: undefined }));

    expect(await tagsBesides(app, 'latest')).toEqual(keepTagsOf([...releases.slice(1), next]));
  });

  it('a digest is not kept where none is', async () => {
    const release = await pushRelease(app, `${DAYS[0]}T00:00:00.000Z`);

    await promotions.promote(promotions.request(app, release, { keepCount: undefined }));

    expect(await tagsBesides(app)).toEqual(['latest']);
  });
});

describe('history and drift', () => {
  it('know of no such tag, and find through it what no release tag leads to', async () => {
    const [first, , , last] = await promoteDays(app, 10);
    // Somebody takes the tag away altogether.
    await app.tags.remove('latest');

    const histories = await readTagHistory(app);

    expect(histories.map(({ tag, digest }) => [tag, digest])).toEqual([['latest', null]]);
    expect(histories[0]?.moves.map(({ to }) => to)).toEqual(
      expect.arrayContaining([first?.digest, last?.digest]),
    );
    expect(await findDrift(app, undefined)).toEqual([]);
  });
});

describe('on CNCF Distribution, which removes no tags, and at its garbage collection all that has none', () => {
  it('a rollback finds its digest', async () => {
    await using server = await startCncfRegistry();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const releases = await promoteDays(repository, 3);

    await server.collectGarbage();
    const rolledBack = await rollBack(
      {
        repository,
        runId: 'by-hand',
        prove: () => Promise.resolve({ holds: true, rules: [] }),
        known: [],
        stateFolder: promotions.stateFolder,
        clock: systemClock,
        signal: AbortSignal.timeout(60_000),
        journal: { intent: () => undefined, done: () => undefined, notice: () => undefined },
      },
      { tag: 'latest', to: { steps: 2 }, isForced: false },
    );

    expect(rolledBack.digest).toBe(releases[1]?.digest);
    expect(promotions.notices).toEqual([expect.stringContaining('the registry removes no tags')]);
  });
});
