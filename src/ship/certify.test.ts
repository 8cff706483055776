import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectBundles } from '../evidence/collect.ts';
import { trustedVerifications, type TrustedVerification } from '../evidence/judge-verified.ts';
import { judgeSignatures } from '../evidence/judged-evidence.ts';
import { makeSigner } from '../evidence/testing/sample-evidence.ts';
import { systemClock } from '../host/clock.ts';
import { digestOf } from '../kernel/digest.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import type { Repository } from '../registry/contract.ts';
import { OCI_INDEX } from '../registry/media-types.ts';
import { startCncfRegistry } from '../registry/testing/cncf-registry.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { certify } from './certify.ts';
import type { PromotionRequest } from './promotion.ts';
import { readRecords } from './promotion-record.ts';
import { readTagHistory } from './tag-history.ts';
import { openPromotions, pushRelease, type Promotions } from './testing/promotions.ts';

const OLD = '2026-01-01T00:00:00.000Z';
const NEW = '2026-02-02T00:00:00.000Z';
const signer = await makeSigner();
const verified = { properties: ['SEATRIAL_TESTED', 'SEATRIAL_SBOM'], plan: digestOf('plan') };

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

/** Promotes, and says what was found. */
async function promoteAndSay(request: PromotionRequest, found = verified): Promise<void> {
  const outcome = await promotions.promote(request);
  const promotion = outcome.ok ? outcome.promotions.get(request) : undefined;
  if (promotion === undefined) throw new Error('nothing was promoted');
  const signal = AbortSignal.timeout(30_000);
  await certify(request, promotion, { signer, verified: found, clock: systemClock, signal });
}

async function saidOf(
  repository: Repository,
  { digest }: { readonly digest: `sha256:${string}` },
): Promise<readonly TrustedVerification[]> {
  const collected = await collectBundles(repository, digest);
  return trustedVerifications(judgeSignatures(collected, signer.trust));
}

describe.each([
  ['the embedded registry', startFaultyRegistry],
  ['CNCF Distribution', startCncfRegistry],
])('on %s', (_, start) => {
  it('a digest says, signed, what it was found to be and where it was promoted to', async () => {
    await using server = await start();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const release = await pushRelease(repository, OLD);
    const request = promotions.request(repository, release, { tagNames: ['1.2.3', 'latest'] });

    await promoteAndSay(request);

    const [said, ...others] = await saidOf(repository, release);
    expect(others).toEqual([]);
    expect(said?.bundle.statement.predicateType).toBe('https://in-toto.io/attestation/svr/v0.2');
    expect(said?.result).toMatchObject({
      verifier: { id: 'urn:seatrial:verifier:v1', policies: [{ name: 'test-plan' }] },
      properties: verified.properties,
      seatrialPromotion: {
        runId: request.record.runId,
        tags: [
          { tag: '1.2.3', from: null },
          { tag: 'latest', from: null },
        ],
      },
    });
    expect(promotions.journal.slice(-2)).toEqual([
      { phase: 'intent', effect: { kind: 'verification', digest: release.digest } },
      {
        phase: 'done',
        effect: {
          kind: 'verification',
          digest: release.digest,
          attestations: [said?.bundle.attestation],
        },
      },
    ]);
  });
});

describe('it is said', () => {
  it('once by a run, however often it promotes the digest', async () => {
    const release = await pushRelease(app, OLD);
    const first = promotions.request(app, release);
    const second = {
      ...promotions.request(app, release, { tagNames: ['edge'] }),
      record: first.record,
    };

    await promoteAndSay(first);
    await promoteAndSay(second);

    expect(await saidOf(app, release)).toHaveLength(1);
  });

  it('again by another run that moved a tag, and not by one that moved none', async () => {
    const release = await pushRelease(app, OLD);

    await promoteAndSay(promotions.request(app, release));
    await promoteAndSay(promotions.request(app, release));
    await promoteAndSay(promotions.request(app, release, { tagNames: ['edge'] }));

    expect(await saidOf(app, release)).toHaveLength(2);
  });

  it('by a run that moved no tag, too, where nobody has said as much', async () => {
    const release = await pushRelease(app, OLD);
    await promotions.promote(promotions.request(app, release));

    await promoteAndSay(promotions.request(app, release), { ...verified, properties: ['A'] });
    await promoteAndSay(promotions.request(app, release));

    expect((await saidOf(app, release)).map(({ result }) => result.properties)).toEqual([
      verified.properties,
      ['A'],
    ]);
  });

  it('not of a digest that there is nothing to say of, nor of one whose tags stayed elsewhere', async () => {
    const [old, release] = [await pushRelease(app, OLD), await pushRelease(app, NEW)];

    await promoteAndSay(promotions.request(app, release), { ...verified, properties: [] });
    await promoteAndSay(promotions.request(app, old));

    expect([await saidOf(app, old), await saidOf(app, release)]).toEqual([[], []]);
  });
});

describe('a registry that', () => {
  it('does not list it is found out: EVIDENCE_LOST, and the tags stay', async () => {
    const release = await pushRelease(app, OLD);
    const request = promotions.request(app, release);
    const outcome = await promotions.promote(request);
    const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
    const headers = { 'Content-Type': OCI_INDEX };
    // Listed when it was attached, and no more when it is looked for.
    registry.faults.set([
      { on: 'referrers.list', action: { kind: 'status', status: 200, body, headers }, after: 2 },
    ]);

    const saying = certify(
      request,
      (outcome.ok && outcome.promotions.get(request)) || { moved: [], kept: [], superseded: [] },
      { signer, verified, clock: systemClock, signal: AbortSignal.timeout(30_000) },
    );

    await expect(saying).rejects.toMatchObject({
      code: 'EVIDENCE_LOST',
      hint: expect.stringContaining('Tags have moved and stay') as unknown,
    });
    expect((await app.manifests.read('latest'))?.digest).toBe(release.digest);
  });

  it('alters it is found out: EVIDENCE_REFUSED', async () => {
    const release = await pushRelease(app, OLD);
    registry.faults.set([{ on: 'blob.get', action: { kind: 'corrupt' } }]);

    const saying = promoteAndSay(promotions.request(app, release));

    await expect(saying).rejects.toMatchObject({ code: 'EVIDENCE_REFUSED' });
  });
});

describe('the history', () => {
  it('is told by what was signed when the records are lost', async () => {
    const [old, release] = [await pushRelease(app, OLD), await pushRelease(app, NEW)];
    for (const each of [old, release]) await promoteAndSay(promotions.request(app, each));
    const before = await readTagHistory(app);
    for (const { digest } of [old, release])
      for (const { artifactType, digest: of } of await app.manifests.referrers(digest))
        if (artifactType?.includes('promotion') === true) await app.manifests.remove(of);

    const after = await readTagHistory(app);

    expect(await readRecords(app, release.digest, [])).toEqual([]);
    expect(after).toHaveLength(1);
    expect(after[0]?.isExplained).toBe(true);
    expect(after[0]?.moves.map(({ from, to, runId, state }) => [from, to, runId, state])).toEqual(
      before[0]?.moves.map(({ from, to, runId, state }) => [from, to, runId, state]),
    );
  });
});
