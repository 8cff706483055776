import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { candidateTag } from '../kernel/reserved-tags.ts';
import type { RunEventBody } from '../kernel/run-events.ts';
import type { Repository } from '../registry/contract.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { startCncfRegistry } from '../registry/testing/cncf-registry.ts';
import { startFaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { uploadSampleImage } from '../registry/testing/sample-image.ts';
import { dropCandidateTags, needReadBack } from './candidate-tags.ts';

const imageId = digestOf('an image');
const tag = candidateTag(imageId);
const ship = { through: 'engine' } as const;

function shipmentTo(repository: Repository, changes: { readonly through?: 'engine' } = ship) {
  const events: RunEventBody[] = [];
  return {
    events,
    step: { ...step, needs: [] },
    repository,
    context: { emit: (event: RunEventBody) => void events.push(event), signal: never },
    image: { ship: { tags: ['latest'], ...changes } },
    images: [{ built: { imageId } }],
  };
}

const step = { id: 'ship:app', kind: 'ship', image: 'app', platform: 'linux/amd64' } as const;

const never = new AbortController().signal;

/** An image that was released, and still has the tag that an engine pushed it under. */
async function release(repository: Repository): Promise<void> {
  const manifest = await uploadSampleImage(repository);
  for (const reference of ['1', tag]) await repository.manifests.put({ ...manifest, reference });
}

describe('a candidate tag', () => {
  it('goes when its image is released, and the image stays', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    await release(repository);
    const shipment = shipmentTo(repository);

    await dropCandidateTags(shipment);
    await dropCandidateTags(shipment);

    expect(await repository.tags.list()).toEqual(['1']);
    expect(shipment.events).toEqual([]);
  });

  it('that a registry does not remove costs a notice and nothing else', async () => {
    await using registry = await startCncfRegistry();
    await using repository = openRepository({ repository: `${registry.host}/app`, env: {} });
    await release(repository);
    const shipment = shipmentTo(repository);

    await dropCandidateTags(shipment);

    expect(await repository.tags.list()).toEqual(expect.arrayContaining(['1', tag]));
    expect(shipment.events).toEqual([
      expect.objectContaining({
        type: 'notice',
        message: expect.stringMatching(new RegExp(`^the tag ${tag} stays in `, 'u')) as unknown,
      }),
    ]);
  });

  it('is nobody else’s: where the engine does not push, none is looked for', async () => {
    await using registry = await startFaultyRegistry();
    const repository = registry.open();
    await release(repository);

    await dropCandidateTags(shipmentTo(repository, {}));

    expect(await repository.tags.list()).toEqual(['1', tag]);
  });
});

/** A port of this machine where nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('a registry that only the engine reaches', () => {
  it.each([
    ['is READ_BACK_IMPOSSIBLE where the engine is to push', ship, 'READ_BACK_IMPOSSIBLE'],
    ['is out of reach for everything else', {}, 'REGISTRY_UNREACHABLE'],
  ] as const)('%s', async (_, settings, code) => {
    await using repository = openRepository({
      repository: `127.0.0.1:${String(await closedPort())}/app`,
      env: {},
      limits: { attempts: 1 },
    });

    const reading = needReadBack(
      { ship: { ...settings, tags: ['latest'] } },
      repository.tags.list(),
    );

    await expect(reading).rejects.toMatchObject({ code, exitCode: 3 });
  });
});
