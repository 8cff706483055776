import { describe, expect, it } from 'vitest';
import { connectEngine } from '../engine/connect.ts';
import { listen, versionAnswer } from '../engine/fixtures/fake-engine.ts';
import type { Scope } from '../engine/scope-contract.ts';
import { digestOf, type Digest } from '../kernel/digest.ts';
import { openWitness } from './witness.ts';

const imageId = digestOf('index');
const amd64 = digestOf('manifest for amd64');
const arm64 = digestOf('manifest for arm64');

/** A scope on an engine whose containers run these manifests, one after the other. */
async function openScopeOn(manifests: readonly (Digest | undefined)[], isContainerd = true) {
  const created: string[] = [];
  const removed: string[] = [];
  const fake = await listen((request, response) => {
    const path = (request.url ?? '').replace(/^\/v1\.\d+/u, '').split('?')[0] ?? '';
    const store = isContainerd ? 'io.containerd.snapshotter.v1' : 'overlay2';
    if (path === '/version')
      response.end(JSON.stringify({ ...versionAnswer, ApiVersion: '1.48', Version: '28.0.0' }));
    else if (path === '/info')
      response.end(JSON.stringify({ NCPU: 1, DriverStatus: [['driver-type', store]] }));
    else if (path === '/containers/create') {
      created.push(String(created.length));
      response.end(JSON.stringify({ Id: String(created.length - 1) }));
    } else if (request.method === 'DELETE') {
      removed.push(path);
      response.end();
    } else if (/^\/containers\/\d+\/json$/u.test(path)) {
      const digest = manifests[Number(path.split('/')[2])];
      response.end(
        JSON.stringify({
          Id: 'x',
          Image: imageId,
          State: {},
          ...(digest === undefined ? {} : { ImageManifestDescriptor: { digest } }),
        }),
      );
    } else response.writeHead(404).end();
  });
  const engine = await connectEngine({ env: {}, host: fake.host });
  const scope: Scope = {
    engine,
    labels: {},
    createContainer: async ({ purpose, ...rest }) =>
      await engine.containers.create({ ...rest, network: 'none', name: purpose, labels: {} }),
    network: () => Promise.resolve('none'),
    createNetwork: (purpose) => Promise.resolve(purpose),
    createVolume: (purpose) => Promise.resolve(purpose),
    commitContainer: (id) => Promise.resolve(id),
    makeImage: async (make) => await make({}),
    temporaryFolder: (purpose) => Promise.resolve(purpose),
    stateFolder: (purpose) => Promise.resolve(purpose),
    ownProcessGroup: () => () => undefined,
    [Symbol.asyncDispose]: async () => await fake[Symbol.asyncDispose](),
  };
  return {
    scope,
    created,
    removed,
    [Symbol.asyncDispose]: async () => await scope[Symbol.asyncDispose](),
  };
}

const spec = { image: imageId, purpose: 'case', network: 'none' };

describe('a witness', () => {
  it('tells the manifest that the containers of an image ran, and none that other images ran', async () => {
    await using on = await openScopeOn([amd64, arm64, amd64]);
    const witness = openWitness(on.scope, imageId);

    await witness.scope.createContainer(spec);
    await witness.scope.createContainer({ ...spec, image: digestOf('a helper') });
    await witness.scope.createContainer(spec);

    expect(await witness.manifest()).toBe(amd64);
    expect(on.created).toHaveLength(3);
  });

  it('takes two manifests under one image id for no test: NOT_TESTED', async () => {
    await using on = await openScopeOn([amd64, arm64]);
    const witness = openWitness(on.scope, imageId);
    await witness.scope.createContainer(spec);

    const second = witness.scope.createContainer(spec);

    await expect(second).rejects.toMatchObject({ code: 'NOT_TESTED', exitCode: 1 });
    await expect(second).rejects.toThrow(`${amd64} and ${arm64}`);
  });

  it('of a suite that makes its containers itself makes one to look at, and removes it', async () => {
    await using on = await openScopeOn([amd64]);

    const manifest = await openWitness(on.scope, imageId).manifest();

    expect(manifest).toBe(amd64);
    expect(on.removed).toEqual(['/containers/0']);
  });

  it('has nothing to tell of an engine that does not say', async () => {
    await using old = await openScopeOn([undefined]);
    await using graph = await openScopeOn([amd64], false);

    const told = [
      await openWitness(old.scope, imageId).manifest(),
      await openWitness(graph.scope, imageId).manifest(),
    ];

    expect(told).toEqual([undefined, undefined]);
    expect(graph.created).toEqual([]);
  });
});
