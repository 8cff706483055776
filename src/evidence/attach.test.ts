import { describe, expect, test } from 'vitest';
import { digestOf, type Digest } from '../kernel/digest.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import type { Repository } from '../registry/contract.ts';
import { OCI_INDEX } from '../registry/media-types.ts';
import { fallbackTag, uniqueTag } from '../registry/referrer-tags.ts';
import { startCncfRegistry } from '../registry/testing/cncf-registry.ts';
import { quickLimits, startFaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { descriptorOf, manifestOf, uploadSampleImage } from '../registry/testing/sample-image.ts';
import { attachBundles } from './attach.ts';
import { collectBundles } from './collect.ts';
import { predicateTypes } from './statement.ts';
import { attach, makeBundle, pushImage } from './testing/attached.ts';

const { signal } = new AbortController();
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

describe.each([
  ['the embedded registry, which has the referrers API', startFaultyRegistry],
  ['CNCF Distribution, which has none', startCncfRegistry],
])('on %s', (_, start) => {
  test('a bundle that was attached is found, byte for byte', async () => {
    await using server = await start();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const image = await pushImage(repository);
    const bundle = await makeBundle(image.digest);

    const { digests, notices } = await attach(repository, image, [bundle]);

    const { bundles, rejected } = await collectBundles(repository, image.digest);
    expect(bundles.map(({ attestation }) => attestation)).toEqual(digests);
    expect(bundles[0]?.json).toEqual(JSON.parse(bundle.bundle));
    expect([rejected, notices]).toEqual([[], []]);
  });

  test('other clients find it too, with its kind', async () => {
    await using server = await start();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const image = await pushImage(repository);

    const { digests } = await attach(repository, image, [await makeBundle(image.digest)]);

    const listed = await repository.manifests.referrers(image.digest, BUNDLE);
    expect(listed).toMatchObject([
      {
        digest: digests[0],
        artifactType: BUNDLE,
        annotations: {
          'dev.sigstore.bundle.content': 'dsse-envelope',
          'dev.sigstore.bundle.predicateType': predicateTypes.testResult,
        },
      },
    ]);
  });

  test('attaching the same bytes again changes nothing', async () => {
    await using server = await start();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const image = await pushImage(repository);
    const bundle = await makeBundle(image.digest);

    const first = await attach(repository, image, [bundle]);
    const tags = await repository.tags.list();
    const second = await attach(repository, image, [bundle]);

    expect(second.digests).toEqual(first.digests);
    expect(await repository.tags.list()).toEqual(tags);
    expect((await collectBundles(repository, image.digest)).bundles).toHaveLength(1);
  });
});

test('a registry with the API gets no tags besides its own', async () => {
  await using registry = await startFaultyRegistry();
  const repository = registry.open();
  const image = await pushImage(repository);

  await attach(repository, image, [await makeBundle(image.digest)]);

  expect(await repository.tags.list()).toEqual(['candidate']);
});

describe('without the referrers API', () => {
  test('10 attesters at the same time lose none of their 50 attestations', async () => {
    await using server = await startCncfRegistry();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const image = await pushImage(repository);

    const attached = await Promise.all(
      Array.from({ length: 10 }, async (_, attester) => {
        await using own = openRepository({ repository: `${server.host}/app`, env: {} });
        const digests: Digest[] = [];
        for (let count = 0; count < 5; count += 1) {
          const bundle = await makeBundle(image.digest, `${attester}-${count}`);
          digests.push(...(await attach(own, image, [bundle])).digests);
        }
        return digests;
      }),
    );

    const wanted = new Set(attached.flat());
    const listed = await repository.manifests.referrers(image.digest);
    const tags = new Set(await repository.tags.list());
    expect(wanted.size).toBe(50);
    expect(new Set(listed.map(({ digest }) => digest))).toEqual(wanted);
    expect([...wanted].filter((digest) => tags.has(uniqueTag(image.digest, digest)))).toHaveLength(
      50,
    );
  }, 60_000);

  test('what others listed stays listed, whatever it is', async () => {
    await using server = await startCncfRegistry();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const image = await pushImage(repository);
    const other = await uploadSampleImage(repository, {
      subject: image,
      artifactType: 'application/vnd.example.sbom',
    });
    await repository.manifests.put(other);
    const entry = {
      ...descriptorOf(other),
      artifactType: 'application/vnd.oci.empty.v1+json',
      x: 1,
    };
    await repository.manifests.put({
      ...manifestOf({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] }, OCI_INDEX),
      reference: fallbackTag(image.digest),
    });

    const { digests } = await attach(repository, image, [await makeBundle(image.digest)]);

    const index = await repository.manifests.read(fallbackTag(image.digest));
    expect(JSON.parse(Buffer.from(index?.bytes ?? '').toString())).toMatchObject({
      manifests: [entry, { digest: digests[0], artifactType: BUNDLE }],
    });
  });

  test('evidence that a careless writer dropped from the list is found by its own tag, and listed again', async () => {
    await using server = await startCncfRegistry();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const image = await pushImage(repository);
    const first = await attach(repository, image, [await makeBundle(image.digest, '1')]);
    await repository.manifests.put({
      ...manifestOf({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }, OCI_INDEX),
      reference: fallbackTag(image.digest),
    });

    const found = await collectBundles(repository, image.digest);
    const second = await attach(repository, image, [await makeBundle(image.digest, '2')]);

    expect(found.bundles.map(({ attestation }) => attestation)).toEqual(first.digests);
    const listed = await repository.manifests.referrers(image.digest);
    expect(new Set(listed.map(({ digest }) => digest))).toEqual(
      new Set([...first.digests, ...second.digests]),
    );
  });

  test('a foreign manifest in the place of the list is left as it is, and said', async () => {
    await using server = await startCncfRegistry();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const image = await pushImage(repository);
    await repository.manifests.put({ ...image, reference: fallbackTag(image.digest) });

    const { digests, notices } = await attach(repository, image, [await makeBundle(image.digest)]);

    expect(notices).toEqual([expect.stringContaining('is no index of referrers')]);
    expect((await repository.manifests.head(fallbackTag(image.digest)))?.digest).toBe(image.digest);
    const { bundles } = await collectBundles(repository, image.digest);
    expect(bundles.map(({ attestation }) => attestation)).toEqual(digests);
  });

  test('a list that somebody keeps overwriting is given up in time, and said', async () => {
    await using registry = await startFaultyRegistry([
      { on: 'referrers.list', action: { kind: 'status', status: 404 } },
    ]);
    const repository = registry.open();
    const image = await pushImage(repository);
    const overwritten: Repository = {
      ...repository,
      manifests: {
        ...repository.manifests,
        put: async (manifest) =>
          manifest.isContested === true
            ? { digest: digestOf(manifest.bytes), isSubjectIndexed: false }
            : await repository.manifests.put(manifest),
      },
    };
    const notices: string[] = [];

    await attachBundles({
      repository: overwritten,
      subject: descriptorOf(image),
      bundles: [await makeBundle(image.digest)],
      signal,
      deadlineMs: 200,
      onNotice: (message) => notices.push(message),
    });

    expect(notices).toEqual([expect.stringContaining('keeps being overwritten')]);
    expect((await collectBundles(repository, image.digest)).bundles).toHaveLength(1);
  });
});

test('a registry that says it indexes subjects, and lists none, gets the list', async () => {
  await using registry = await startFaultyRegistry([
    { on: 'referrers.list', action: { kind: 'status', status: 404 } },
  ]);
  const repository = registry.open();
  const image = await pushImage(repository);

  const { digests } = await attach(repository, image, [await makeBundle(image.digest)]);

  expect(await repository.tags.list()).toContain(fallbackTag(image.digest));
  expect((await repository.manifests.referrers(image.digest)).map(({ digest }) => digest)).toEqual(
    digests,
  );
});

test('a registry that takes evidence and keeps none is found out', async () => {
  await using registry = await startFaultyRegistry();
  const repository = registry.open({ limits: { ...quickLimits, readBackMs: 100 } });
  const image = await pushImage(repository);
  registry.faults.set([{ on: 'manifest.put', action: { kind: 'storeNothing' } }]);

  const attaching = attach(repository, image, [await makeBundle(image.digest)]);

  await expect(attaching).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});
