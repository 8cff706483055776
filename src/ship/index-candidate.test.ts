import { describe, expect, it } from 'vitest';
import type { Repository } from '../registry/contract.ts';
import { childrenOf } from '../registry/index-children.ts';
import { OCI_INDEX } from '../registry/media-types.ts';
import { startCncfRegistry } from '../registry/testing/cncf-registry.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { descriptorOf, manifestOf, uploadSampleImage } from '../registry/testing/sample-image.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { pushIndexCandidate, type IndexCandidate } from './candidate.ts';

/** An index of two images that are not there yet. */
async function makeIndex(
  repository: Repository,
): Promise<IndexCandidate & { readonly pushed: () => number }> {
  const images = [await uploadSampleImage(repository), await uploadSampleImage(repository)];
  const manifests = images.map((image, index) => ({
    ...descriptorOf(image),
    platform: { os: 'linux', architecture: ['amd64', 'arm64'][index] },
  }));
  let pushed = 0;
  return {
    repository,
    index: manifestOf({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX),
    pushChildren: async () => {
      pushed += 1;
      for (const image of images) await repository.manifests.put(image);
    },
    pushed: () => pushed,
  };
}

async function collectManifests(
  registry: FaultyRegistry,
  candidate: IndexCandidate,
): Promise<void> {
  const repository = registry.open();
  for (const { digest } of childrenOf(candidate.index)?.images ?? [])
    await repository.manifests.remove(digest);
}

/** The repository, where something happens before each manifest is written under no name. */
function before(repository: Repository, work: () => Promise<void>): Repository {
  return {
    ...repository,
    manifests: {
      ...repository.manifests,
      put: async (manifest) => {
        await work();
        return await repository.manifests.put(manifest);
      },
    },
  };
}

describe('an index', () => {
  it.each([
    ['the embedded registry', startFaultyRegistry],
    ['CNCF Distribution', startCncfRegistry],
  ])('is taken by %s after what is in it, and under no tag', async (_, start) => {
    await using registry = await start();
    await using repository = openRepository({ repository: `${registry.host}/app`, env: {} });
    const candidate = await makeIndex(repository);
    const early = repository.manifests.put(candidate.index);

    await expect(early).rejects.toMatchObject({ exitCode: 1 });
    await pushIndexCandidate(candidate);

    expect((await repository.manifests.read(candidate.index.digest))?.bytes).toEqual(
      Buffer.from(candidate.index.bytes),
    );
    expect(await repository.tags.list()).toEqual([]);
  });

  it('whose image is collected before it comes gets it once more', async () => {
    await using registry = await startFaultyRegistry();
    const candidate = await makeIndex(registry.open());
    let isCollected = false;
    const repository = before(candidate.repository, async () => {
      if (!isCollected) await collectManifests(registry, candidate);
      isCollected = true;
    });

    await pushIndexCandidate({ ...candidate, repository });

    expect(candidate.pushed()).toBe(2);
    expect(await registry.open().manifests.read(candidate.index.digest)).toBeDefined();
  });

  it('whose image is gone each time ends in MANIFEST_INCOMPLETE', async () => {
    await using registry = await startFaultyRegistry();
    const candidate = await makeIndex(registry.open());
    const repository = before(candidate.repository, async () => {
      await collectManifests(registry, candidate);
    });

    const pushing = pushIndexCandidate({ ...candidate, repository });

    await expect(pushing).rejects.toMatchObject({ code: 'MANIFEST_INCOMPLETE', exitCode: 1 });
  });
});
