import { posix, resolve } from 'node:path';
import { z } from 'zod';
import {
  readySchema,
  type ImageProfile,
  type Ready,
  type RunSettings,
} from '../../config/schema.ts';
import type { ImageRecord, MountSpec } from '../../engine/contract.ts';
import type { ScopedContainerSpec } from '../../engine/scope-contract.ts';
import { exposedTcpPorts } from '../../engine/readiness/probes.ts';
import { SuiteError } from '../errors.ts';

/** A network or volume that a test made, or the name of one. */
export type Named = string | { readonly name: string };

/** How a container of the image is run. Everything is added to, or replaces, the image's `run` settings. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Replaces CMD. */
  readonly command?: readonly string[] | undefined;
  /** Replaces ENTRYPOINT, and drops the image's CMD. */
  readonly entrypoint?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly workingDir?: string | undefined;
  /** Container path to a volume. Paths that the image declares get a fresh one. */
  readonly volumes?: Readonly<Record<string, Named>> | undefined;
  /** Container path to a file or folder of the project, mounted read-only. */
  readonly binds?: Readonly<Record<string, string>> | undefined;
  /** Container paths that are in memory. */
  readonly tmpfs?: readonly string[] | undefined;
  /** @default the network that all containers of the test file share */
  readonly network?: Named | undefined;
  /** Names under which other containers on the network find it. */
  readonly aliases?: readonly string[] | undefined;
  /** TCP ports to reach besides the ones that the image exposes. */
  readonly ports?: readonly number[] | undefined;
  readonly memoryBytes?: number | undefined;
  readonly cpus?: number | undefined;
  readonly isReadOnly?: boolean | undefined;
  /** As `ready` in seatrial.yaml. @default the image's own, or what is derived from the image */
  readonly ready?: z.input<typeof readySchema> | undefined;
  /** Whether to wait until it is ready. @default true */
  readonly wait?: boolean | undefined;
  /** Another image of the engine; the settings of the image under test do not apply to it then. */
  readonly image?: string | undefined;
}

export interface ContainerPlan {
  readonly spec: ScopedContainerSpec;
  readonly ready: Ready | undefined;
  readonly mustWait: boolean;
  readonly stopTimeoutMs: number;
}

export interface PlanningPlace {
  readonly record: ImageRecord;
  readonly profile: ImageProfile;
  readonly projectFolder: string;
  readonly mustPublish: boolean;
  /** Volumes for the paths that the test gives none. */
  readonly freshVolumes: Readonly<Record<string, string>>;
}

/** Health checks run this often here: the image's own interval is made for years, not for tests. */
const HEALTH_INTERVAL_MS = 500;

/** @throws {SuiteError} SPEC_FIXTURE_MISUSED when `ready` is not of the form of seatrial.yaml. */
export function planContainer(options: RunOptions, place: PlanningPlace): ContainerPlan {
  const { profile, record, mustPublish } = place;
  const isWatched = record.config.healthcheck !== undefined;
  return {
    spec: {
      ...processOf(options, profile.run),
      purpose: 'spec',
      image: record.id,
      mounts: mountsOf(options, place),
      network: options.network && nameOf(options.network),
      aliases: options.aliases,
      publish: mustPublish ? portsOf(options, record) : undefined,
      isReadOnly: options.isReadOnly,
      stopTimeoutS: Math.ceil(profile.run.stop_timeout / 1000),
      healthcheck: isWatched ? { intervalMs: HEALTH_INTERVAL_MS } : undefined,
    },
    ready: options.ready === undefined ? profile.ready : parseReady(options.ready),
    mustWait: options.wait ?? true,
    stopTimeoutMs: profile.run.stop_timeout,
  };
}

function processOf(
  options: RunOptions,
  run: RunSettings,
): Omit<ScopedContainerSpec, 'purpose' | 'image'> {
  // An entrypoint of the test's own starts without the command that goes with the other one.
  const command = options.entrypoint === undefined ? run.command : undefined;
  return {
    env: { ...run.env, ...textsOf(options.env ?? {}) },
    entrypoint: options.entrypoint ?? run.entrypoint,
    command: options.command ?? command,
    user: options.user ?? run.user,
    workingDir: options.workingDir,
    memoryBytes: options.memoryBytes ?? run.memory,
    cpus: options.cpus ?? run.cpus,
  };
}

function portsOf(options: RunOptions, record: ImageRecord): readonly number[] {
  return [...new Set([...exposedTcpPorts(record), ...(options.ports ?? [])])];
}

/** Container paths that need a fresh volume: what image and settings declare, minus what the test mounts. */
export function freshVolumePaths(
  options: RunOptions,
  { record, profile }: Pick<PlanningPlace, 'record' | 'profile'>,
): readonly string[] {
  const declared = [
    ...record.config.volumes,
    ...profile.run.mounts.filter((mount) => typeof mount === 'string'),
  ].map(cleanPath);
  const given = [
    ...Object.keys(options.volumes ?? {}),
    ...Object.keys(options.binds ?? {}),
    ...(options.tmpfs ?? []),
    ...profile.run.mounts.flatMap((mount) =>
      typeof mount === 'string' ? [] : ['tmpfs' in mount ? mount.tmpfs : mount.target],
    ),
  ].map(cleanPath);
  return [...new Set(declared)].filter((path) => !given.includes(path));
}

function mountsOf(options: RunOptions, place: PlanningPlace): readonly MountSpec[] {
  const volumes = { ...place.freshVolumes, ...options.volumes };
  const own: readonly MountSpec[] = [
    ...Object.entries(volumes).map(([target, volume]) => volumeMount(target, nameOf(volume))),
    ...Object.entries(options.binds ?? {}).map(([target, source]) => ({
      type: 'bind' as const,
      target,
      isReadOnly: true,
      source: resolve(place.projectFolder, source),
    })),
    ...(options.tmpfs ?? []).map((target) => ({ type: 'tmpfs' as const, target })),
  ];
  const taken = new Set(own.map(({ target }) => cleanPath(target)));
  const fromProfile = place.profile.run.mounts.flatMap((mount): readonly MountSpec[] => {
    if (typeof mount === 'string') return [];
    if ('tmpfs' in mount) return [{ type: 'tmpfs', target: mount.tmpfs }];
    const source = resolve(place.projectFolder, mount.bind);
    return [{ type: 'bind', source, target: mount.target, isReadOnly: mount.read_only }];
  });
  return [...own, ...fromProfile.filter(({ target }) => !taken.has(cleanPath(target)))];
}

function volumeMount(target: string, source: string): MountSpec {
  return { type: 'volume', source, target };
}

function parseReady(ready: z.input<typeof readySchema>): Ready {
  const parsed = readySchema.safeParse(ready);
  if (parsed.success) return parsed.data;
  throw new SuiteError(
    'SPEC_FIXTURE_MISUSED',
    `run({ ready }) is not of the form of \`ready\` in seatrial.yaml: ${z.prettifyError(parsed.error)}`,
  );
}

function nameOf(named: Named): string {
  return typeof named === 'string' ? named : named.name;
}

function textsOf(
  values: Readonly<Record<string, string | number | boolean>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function cleanPath(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/u, '');
}
