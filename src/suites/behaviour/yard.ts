import { needsPublishing } from '../../engine/route.ts';
import { planContainer, type ContainerPlanOptions, type VolumeNames } from './container-plan.ts';
import { volumesOf } from './subject.ts';
import type { Trial } from './trial.ts';

/** What is different from what profile and image say. */
export type Different = Pick<
  ContainerPlanOptions,
  'command' | 'env' | 'healthcheck' | 'circumstances'
>;

/** Where the containers and volumes of one battery are made, and from where they go as soon as they are done. */
export interface Yard {
  /** Makes one fresh volume for each volume path of the subject. */
  createVolumes(): Promise<VolumeNames>;
  createContainer(purpose: string, volumes: VolumeNames, different?: Different): Promise<string>;
  /** Removes a container in the background: nobody has to wait for it. */
  discard(containerId: string): void;
  /** Removes all containers, and waits until there is room again. */
  vacate(): Promise<void>;
  /** Removes everything that is left. What cannot be removed is left to the scope, which reports it. */
  clear(): Promise<void>;
}

export function startYard({ scope, subject }: Trial): Yard {
  const { containers, objects } = scope.engine;
  const isPublishing = needsPublishing(scope.engine);
  const standing = new Set<string>();
  const volumeNames = new Set<string>();
  const removals: Promise<unknown>[] = [];
  const discard = (containerId: string): void => {
    if (!standing.delete(containerId)) return;
    // The scope removes by label what stays here, and is the one to say so.
    removals.push(containers.remove(containerId).catch(() => undefined));
  };
  const vacate = async (): Promise<void> => {
    for (const id of standing) discard(id);
    await Promise.all(removals);
  };
  return {
    async createVolumes() {
      const entries = await Promise.all(
        volumesOf(subject).map(async (path) => {
          const name = await scope.createVolume('data');
          volumeNames.add(name);
          return [path, name] as const;
        }),
      );
      return Object.fromEntries(entries);
    },

    async createContainer(purpose, volumes, different) {
      const id = await scope.createContainer(
        planContainer(subject, { purpose, volumes, isPublishing, ...different }),
      );
      standing.add(id);
      return id;
    },

    discard,

    vacate,

    async clear() {
      await vacate();
      const names = [...volumeNames];
      await Promise.allSettled(
        names.map((name) => objects.remove({ kind: 'volume', id: name, name, labels: {} })),
      );
    },
  };
}
