import { resolve } from 'node:path';
import type { MountSpec } from '../../engine/contract.ts';
import { exposedTcpPorts } from '../../engine/readiness/probes.ts';
import type { ScopedContainerSpec } from '../../engine/scope-contract.ts';
import type { SuiteContext } from '../contract.ts';

/** Health checks run this often here: the image's own interval is made for years, not for tests. */
const HEALTH_INTERVAL_MS = 500;

export interface ContainerWishes {
  /** TCP ports to reach besides those that the image exposes. */
  readonly ports: readonly number[];
  /** Whether ports are reached through the engine's machine. */
  readonly isPublishing: boolean;
}

/** A container as the settings of the image run it. Volumes that the image declares are fresh and go with it. */
export function planContainer(
  { image, projectFolder }: Pick<SuiteContext, 'image' | 'projectFolder'>,
  { ports, isPublishing }: ContainerWishes,
): ScopedContainerSpec {
  const { record, profile } = image;
  const { run } = profile;
  const isWatched = (record.config.healthcheck?.test[0] ?? 'NONE') !== 'NONE';
  return {
    purpose: 'goss',
    image: record.id,
    env: run.env,
    entrypoint: run.entrypoint,
    command: run.command,
    user: run.user,
    memoryBytes: run.memory,
    cpus: run.cpus,
    stopTimeoutS: Math.ceil(run.stop_timeout / 1000),
    mounts: run.mounts.map((mount) => toMount(mount, projectFolder)),
    ...(isWatched ? { healthcheck: { intervalMs: HEALTH_INTERVAL_MS } } : {}),
    publish: isPublishing ? [...new Set([...exposedTcpPorts(record), ...ports])] : undefined,
  };
}

function toMount(
  mount: SuiteContext['image']['profile']['run']['mounts'][number],
  projectFolder: string,
): MountSpec {
  if (typeof mount === 'string') return { type: 'volume', target: mount };
  if ('tmpfs' in mount) return { type: 'tmpfs', target: mount.tmpfs };
  const source = resolve(projectFolder, mount.bind);
  return { type: 'bind', source, target: mount.target, isReadOnly: mount.read_only };
}

/** What the kernel and the engine mount in every container on Linux. */
export const KERNEL_FOLDERS: readonly string[] = ['/dev', '/proc', '/sys'];

/** Folders whose contents are in memory alone, so that no archive has them. */
export function unseenFoldersOf({ image }: Pick<SuiteContext, 'image'>): readonly string[] {
  const { mounts } = image.profile.run;
  const inMemory = mounts.flatMap((mount) =>
    typeof mount === 'object' && 'tmpfs' in mount ? [mount.tmpfs] : [],
  );
  return [...KERNEL_FOLDERS, ...inMemory];
}

/** Where other file systems are mounted in a container of the image. */
export function mountPointsOf({ image }: Pick<SuiteContext, 'image'>): readonly string[] {
  const { mounts } = image.profile.run;
  return [
    ...image.record.config.volumes,
    ...mounts.map((mount) =>
      typeof mount === 'string' ? mount : 'tmpfs' in mount ? mount.tmpfs : mount.target,
    ),
  ];
}
