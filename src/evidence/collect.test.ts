import { describe, expect, test } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../registry/media-types.ts';
import { startCncfRegistry } from '../registry/testing/cncf-registry.ts';
import { startFaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { descriptorOf, memoryBlob, uploadSampleImage } from '../registry/testing/sample-image.ts';
import { uniqueTag } from '../registry/referrer-tags.ts';
import { BUNDLE_TYPE } from './bundle.ts';
import { collectBundles } from './collect.ts';
import { predicateTypes, renderStatement } from './statement.ts';
import { attach, makeBundle, plant, pushImage } from './testing/attached.ts';
import { makeSigner } from './testing/sample-evidence.ts';

describe('what calls itself evidence', () => {
  test('and holds a statement about an index that this image is in is rejected, too', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const image = await pushImage(repository);
    const signer = await makeSigner();
    const index = digestOf('index');
    const bundle = await signer.sign(
      renderStatement({
        subject: { name: '', digest: index },
        members: [{ name: '', digest: image.digest }],
        predicateType: predicateTypes.testResult,
        predicate: {},
      }),
    );
    const planted = await plant(repository, image, { bundle });

    const { bundles, rejected } = await collectBundles(repository, image.digest);

    expect(bundles).toEqual([]);
    expect(rejected).toEqual([
      { attestation: planted.digest, problem: `holds a statement about ${index}` },
    ]);
  });

  test('and holds a statement about another image is rejected, however well signed', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const image = await pushImage(repository);
    const other = digestOf('other');
    const planted = await plant(repository, image, { bundle: (await makeBundle(other)).bundle });

    const { bundles, rejected } = await collectBundles(repository, image.digest);

    expect(bundles).toEqual([]);
    expect(rejected).toEqual([
      { attestation: planted.digest, problem: `holds a statement about ${other}` },
    ]);
  });

  test.each([
    ['a digest in upper case', digestOf('x').toUpperCase().replace('SHA256', 'sha256')],
    ['a digest that leaves the folder', 'sha256:../../x'],
  ])('and names %s as its subject is not even a manifest', async (_, digest) => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const image = await pushImage(repository);

    const planting = plant(repository, image, {
      manifest: { subject: { ...descriptorOf(image), digest } },
    });

    await expect(planting).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  });

  test.each([
    ['no JSON', { bundle: 'hello' }, 'is no JSON'],
    ['a bundle of another version', { bundle: '{"mediaType":"x"}' }, 'mediaType'],
    ['two layers', { manifest: { layers: [] } }, 'exactly one bundle'],
  ])('and holds %s is rejected with the reason', async (_, changes, problem) => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const image = await pushImage(repository);
    const planted = await plant(repository, image, changes);

    const { bundles, rejected } = await collectBundles(repository, image.digest);

    expect(bundles).toEqual([]);
    expect(rejected).toMatchObject([{ attestation: planted.digest }]);
    expect(rejected[0]?.problem).toContain(problem);
  });

  test('and announces 2 GB is not downloaded', async () => {
    await using server = await startCncfRegistry();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const image = await pushImage(repository);
    const blob = memoryBlob(Buffer.from('small'));
    await repository.blobs.upload(blob);
    const planted = await plant(repository, image, {
      manifest: { layers: [{ mediaType: BUNDLE_TYPE, digest: blob.digest, size: 2_000_000_000 }] },
    });
    await repository.manifests.put({
      ...planted,
      reference: uniqueTag(image.digest, planted.digest),
    });

    const { rejected } = await collectBundles(repository, image.digest);

    expect(rejected).toMatchObject([{ attestation: planted.digest }]);
    expect(rejected[0]?.problem).toContain('2000000000 bytes');
  });

  test('and is longer than it announces is not read to its end', async () => {
    await using server = await startCncfRegistry();
    await using repository = openRepository({ repository: `${server.host}/app`, env: {} });
    const image = await pushImage(repository);
    const blob = memoryBlob(Buffer.alloc(20 * 1024 ** 2, 0x20));
    await repository.blobs.upload(blob);
    const planted = await plant(repository, image, {
      manifest: { layers: [{ mediaType: BUNDLE_TYPE, digest: blob.digest, size: 5 }] },
    });
    await repository.manifests.put({
      ...planted,
      reference: uniqueTag(image.digest, planted.digest),
    });

    const { rejected } = await collectBundles(repository, image.digest);

    expect(rejected[0]?.problem).toContain('more than the 5 bytes allowed');
  });

  test('in such numbers that nobody could read it all is EVIDENCE_EXCESSIVE', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const image = await pushImage(repository);
    for (const id of ['1', '2', '3'])
      await attach(repository, image, [await makeBundle(image.digest, id)]);

    for (const limits of [{ attestations: 2 }, { totalBytes: 2000 }])
      await expect(collectBundles(repository, image.digest, limits)).rejects.toMatchObject({
        code: 'EVIDENCE_EXCESSIVE',
        exitCode: 1,
      });
  });

  test('but is some other artifact is nobody to reject', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const image = await pushImage(repository);
    await repository.manifests.put(
      await uploadSampleImage(repository, { subject: image, artifactType: 'text/example' }),
    );

    expect(await collectBundles(repository, image.digest)).toEqual({ bundles: [], rejected: [] });
  });
});

describe('a list that lies', () => {
  test('of what is not there, or belongs to another image, hides nothing that is true', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const image = await pushImage(repository);
    const other = await pushImage(repository);
    const [mine] = (await attach(repository, image, [await makeBundle(image.digest)])).digests;
    const [theirs] = (await attach(repository, other, [await makeBundle(other.digest)])).digests;
    const missing = digestOf('missing');
    const entry = { mediaType: OCI_MANIFEST, size: 3, artifactType: 'text/lie' };
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [
        { ...entry, digest: missing },
        { ...entry, digest: theirs },
        { ...entry, digest: 'sha256:nonsense' },
        { ...entry, digest: image.digest },
        { ...entry, digest: mine },
        { ...entry, digest: mine },
        'noise',
      ],
    });
    const headers = { 'Content-Type': OCI_INDEX, 'OCI-Filters-Applied': 'artifactType' };
    registry.faults.set([
      { on: 'referrers.list', action: { kind: 'status', status: 200, body, headers } },
    ]);

    const { bundles, rejected } = await collectBundles(repository, image.digest);

    expect(bundles.map(({ attestation }) => attestation)).toEqual([mine]);
    expect(rejected).toEqual([
      { attestation: missing, problem: 'is listed, and is not there' },
      { attestation: theirs, problem: `belongs to ${other.digest}` },
    ]);
  });

  test('about bytes is found out by their hash', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    const image = await pushImage(repository);
    await attach(repository, image, [await makeBundle(image.digest)]);
    registry.faults.set([{ on: 'blob.get', action: { kind: 'corrupt' } }]);

    const { bundles, rejected } = await collectBundles(repository, image.digest);

    expect(bundles).toEqual([]);
    expect(rejected[0]?.problem).toContain('cannot be used');
  });
});
