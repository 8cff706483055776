import type { Scope, ScopedContainerSpec } from '../engine/scope-contract.ts';
import { PipelineError } from './errors.ts';

/** Sees which manifest the containers of an image run. */
export interface Witness {
  /** To make containers in. */
  readonly scope: Scope;
  /** Digest of the manifest; absent where the engine does not say. */
  manifest(): Promise<string | undefined>;
}

/**
 * On a containerd store the id of an image may be that of an index, and the engine picks a manifest of it for each
 * container. A witness looks at each container that a suite makes of the image, and wants to see one manifest. Of a
 * suite whose programs make their containers themselves it has seen none: then it makes one, and starts it not.
 */
export function openWitness(scope: Scope, imageId: string): Witness {
  if (scope.engine.info.store !== 'containerd')
    return { scope, manifest: () => Promise.resolve(undefined) };
  const seen = new Set<string>();
  const createContainer = async (spec: ScopedContainerSpec): Promise<string> => {
    const id = await scope.createContainer(spec);
    if (spec.image !== imageId) return id;
    const state = await scope.engine.containers.inspect(id);
    if (state?.manifestDigest !== undefined) seen.add(state.manifestDigest);
    if (seen.size > 1)
      throw new PipelineError(
        'NOT_TESTED',
        `the engine ran ${[...seen].join(' and ')} for the one image ${imageId}`,
        { hint: 'Build the image for one platform of the engine, or upgrade the engine.' },
      );
    return id;
  };
  return {
    scope: {
      engine: scope.engine,
      labels: scope.labels,
      network: async () => await scope.network(),
      createContainer,
      commitContainer: async (id) => await scope.commitContainer(id),
      makeImage: async (make) => await scope.makeImage(make),
      createNetwork: async (purpose, labels) => await scope.createNetwork(purpose, labels),
      createVolume: async (purpose, labels) => await scope.createVolume(purpose, labels),
      temporaryFolder: async (purpose) => await scope.temporaryFolder(purpose),
      stateFolder: async (purpose) => await scope.stateFolder(purpose),
      ownProcessGroup: (pgid) => scope.ownProcessGroup(pgid),
      [Symbol.asyncDispose]: async () => await scope[Symbol.asyncDispose](),
    },
    manifest: async () => {
      if (seen.size === 0) {
        const id = await createContainer({ image: imageId, purpose: 'witness', command: ['/'] });
        await scope.engine.containers.remove(id);
      }
      return [...seen][0];
    },
  };
}
