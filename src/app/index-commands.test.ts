import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateKeys, loadSigningKey } from '../evidence/keys.ts';
import { createKeySigner } from '../evidence/signer.ts';
import { predicateTypes, renderStatement } from '../evidence/statement.ts';
import { attach } from '../evidence/testing/attached.ts';
import { makeTestSource } from '../evidence/testing/sample-evidence.ts';
import { toTestResult } from '../evidence/test-result.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Manifest, Repository } from '../registry/contract.ts';
import { OCI_INDEX } from '../registry/media-types.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { descriptorOf, manifestOf, uploadSampleImage } from '../registry/testing/sample-image.ts';
import { pushRelease } from '../ship/testing/promotions.ts';
import type { AppHost } from './app-host.ts';
import { findRepositoryDrift, hasDrifted } from './find-drift.ts';
import { promoteReference } from './promote-digest.ts';
import { rollBackTag } from './roll-back.ts';
import { showHistory } from './show-history.ts';
import { createTestHost } from './testing/test-host.ts';
import { renderVerification, verifyReference, type Verification } from './verify-reference.ts';

let folder: string;
let host: AppHost;
let registry: FaultyRegistry;
let repository: Repository;
const proof = { keys: ['our.pub'] };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-index-'));
  host = createTestHost(folder);
  registry = await startFaultyRegistry();
  repository = registry.open();
  await generateKeys(join(folder, 'our'));
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

interface SampleIndex {
  readonly index: Manifest;
  readonly amd64: Manifest;
  readonly arm64: Manifest;
  /** As BuildKit makes it. */
  readonly attestation: Manifest;
}

/** An index as `docker buildx` pushes it: the attestation of an image stands beside it. */
async function pushIndex(committedAt = '2026-01-01T00:00:00.000Z'): Promise<SampleIndex> {
  const amd64 = (await pushRelease(repository, committedAt)).manifest;
  const arm64 = (await pushRelease(repository, committedAt)).manifest;
  const attestation = await uploadSampleImage(repository);
  await repository.manifests.put(attestation);
  const index = manifestOf(
    {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [
        {
          ...descriptorOf(attestation),
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': amd64.digest,
          },
          platform: { architecture: 'unknown', os: 'unknown' },
        },
        { ...descriptorOf(amd64), platform: { architecture: 'amd64', os: 'linux' } },
        { ...descriptorOf(arm64), platform: { architecture: 'arm64', os: 'linux' } },
      ],
    },
    OCI_INDEX,
  );
  await repository.manifests.put(index);
  return { index, amd64, arm64, attestation };
}

async function signTested(subject: Manifest, members: readonly Digest[] = []): Promise<void> {
  const key = await loadSigningKey({ SEATRIAL_KEY: 'our.key' }, folder);
  if (key === undefined) throw new Error('no key');
  const statement = renderStatement({
    subject: { name: 'app', digest: subject.digest },
    members: members.map((digest) => ({ name: 'app', digest })),
    predicateType: predicateTypes.testResult,
    predicate: toTestResult(makeTestSource()),
  });
  await attach(repository, subject, [
    {
      bundle: await createKeySigner(key).sign(statement),
      predicateType: predicateTypes.testResult,
      createdAt: '2026-11-24T10:15:30.000Z',
    },
  ]);
}

async function verify(digest: Digest): Promise<Verification> {
  return await verifyReference(host, { ref: `${registry.host}/app@${digest}`, proof });
}

async function promote(digest: Digest, ...to: readonly string[]): Promise<unknown> {
  return await promoteReference(host, {
    ref: `${registry.host}/app@${digest}`,
    to,
    proof,
    mayGoBack: false,
    isDryRun: false,
  });
}

describe('an index that somebody else made', () => {
  it('is told image by image, and the attestations of its builder are none of them', async () => {
    const { index, amd64, arm64 } = await pushIndex();
    await signTested(amd64);

    const verification = await verify(index.digest);
    const text = renderVerification(host, verification, 'text');

    expect(verification).toMatchObject({
      holds: false,
      platforms: [
        { platform: 'linux/amd64', digest: amd64.digest, state: 'tested' },
        { platform: 'linux/arm64', digest: arm64.digest, state: 'uncovered' },
      ],
    });
    expect(text).toContain(`linux/amd64 ${amd64.digest.slice(7, 19)} tested: 2 cases`);
    expect(text).toContain(
      `linux/arm64 ${arm64.digest.slice(7, 19)} neither tested nor declared untested`,
    );
  });

  it('is promoted as it is, attestations and all, once each image in it is proven', async () => {
    const { index, amd64, arm64 } = await pushIndex();
    await signTested(amd64);
    const early = promote(index.digest, '1.0.0');
    await expect(early).rejects.toMatchObject({ code: 'DIGEST_UNPROVEN', exitCode: 1 });
    await signTested(arm64);

    const promoted = await promote(index.digest, '1.0.0', 'latest');

    const latest = await repository.manifests.read('latest');
    expect(promoted).toMatchObject({
      digest: index.digest,
      evidence: expect.stringContaining('platforms: linux/amd64, linux/arm64 tested') as unknown,
    });
    expect(latest?.bytes).toEqual(index.bytes);
  });
});

describe('a tag at an index', () => {
  it('has a history, no drift, and goes back to the index before', async () => {
    const releases: SampleIndex[] = [];
    for (const [number, day] of ['01', '02'].entries()) {
      const release = await pushIndex(`2026-01-${day}T00:00:00.000Z`);
      await signTested(release.index, [release.amd64.digest, release.arm64.digest]);
      await promote(release.index.digest, `1.0.${number}`, 'latest');
      releases.push(release);
    }
    const [first, second] = releases.map(({ index }) => index.digest);
    const ref = `${registry.host}/app:latest`;

    const history = await showHistory(host, ref);
    const drift = await findRepositoryDrift(host, { ref: `${registry.host}/app`, proof });
    await rollBackTag(host, { ref, to: '-1', proof, isForced: false });

    // The commit is that of the images: an attestation, which stands before them, names none.
    expect(history.tags[0]?.moves).toMatchObject([
      { to: first, committedAt: '2026-01-01T00:00:00.000Z' },
      { from: first, to: second, committedAt: '2026-01-02T00:00:00.000Z', state: 'current' },
    ]);
    expect([drift.tags.length, hasDrifted(drift)]).toEqual([3, false]);
    expect((await repository.manifests.read('latest'))?.digest).toBe(first);
  });
});
