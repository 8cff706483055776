import { resolve } from 'node:path';
import type { HealthcheckChanges, MountSpec } from '../../engine/contract.ts';
import type { ScopedContainerSpec } from '../../engine/scope-contract.ts';
import type { Circumstances } from './circumstances.ts';
import { portsAskedFor, volumesOf, type Subject } from './subject.ts';

/** Container path to the name of the volume that is mounted there. */
export type VolumeNames = Readonly<Record<string, string>>;

/** Health checks run this often here: the image's own interval is made for years, not for tests. */
export const HEALTH_INTERVAL_MS = 500;

export interface ContainerPlanOptions {
  readonly purpose: string;
  readonly volumes: VolumeNames;
  /** Whether ports are reached through the engine's machine. */
  readonly isPublishing: boolean;
  /** Replaces the CMD of the profile and of the image. @default theirs */
  readonly command?: readonly string[] | undefined;
  /** Variables besides those of the profile, and in the place of those with the same name. @default none */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** How the image's health check runs. @default often, and otherwise as the image says */
  readonly healthcheck?: HealthcheckChanges | undefined;
  /** What is different from what the profile says. @default nothing */
  readonly circumstances?: Circumstances | undefined;
}

/** What to create for one container of the subject, as its profile says. */
export function planContainer(
  subject: Subject,
  options: ContainerPlanOptions,
): ScopedContainerSpec {
  const { profile, record } = subject.image;
  const { run } = profile;
  const command = options.command ?? run.command;
  const { different, mounts } = differenceOf(options.circumstances);
  const isPublishing = options.isPublishing && different.network !== 'none';
  const isWatched = (record.config.healthcheck?.test[0] ?? 'NONE') !== 'NONE';
  return {
    purpose: options.purpose,
    image: record.id,
    env: { ...run.env, ...options.env },
    mounts: [...volumeMounts(subject, options.volumes), ...otherMounts(subject), ...mounts],
    stopTimeoutS: Math.ceil(run.stop_timeout / 1000),
    ...(command === undefined ? {} : { command }),
    ...(run.entrypoint === undefined ? {} : { entrypoint: run.entrypoint }),
    ...(run.user === undefined ? {} : { user: run.user }),
    ...(run.memory === undefined ? {} : { memoryBytes: run.memory }),
    ...(run.cpus === undefined ? {} : { cpus: run.cpus }),
    ...(isWatched
      ? { healthcheck: { intervalMs: HEALTH_INTERVAL_MS, ...options.healthcheck } }
      : {}),
    ...(isPublishing ? { publish: portsAskedFor(subject) } : {}),
    ...different,
  };
}

function differenceOf({ tmpfs = [], volumes = [], ...different }: Circumstances = {}): {
  readonly different: Omit<Circumstances, 'tmpfs' | 'volumes'>;
  readonly mounts: readonly MountSpec[];
} {
  return {
    different,
    mounts: [
      ...tmpfs.map((target) => ({ type: 'tmpfs', target }) as const),
      ...volumes.map((target) => ({ type: 'volume', target }) as const),
    ],
  };
}

function volumeMounts(subject: Subject, volumes: VolumeNames): readonly MountSpec[] {
  return volumesOf(subject).map((target) => ({ type: 'volume', source: volumes[target], target }));
}

function otherMounts({ image, projectFolder }: Subject): readonly MountSpec[] {
  return image.profile.run.mounts.flatMap((mount): readonly MountSpec[] => {
    if (typeof mount === 'string') return [];
    if ('tmpfs' in mount) return [{ type: 'tmpfs', target: mount.tmpfs }];
    const source = resolve(projectFolder, mount.bind);
    return [{ type: 'bind', source, target: mount.target, isReadOnly: mount.read_only }];
  });
}
