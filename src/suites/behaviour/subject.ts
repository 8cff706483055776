import { parseHttpTarget } from '../../engine/http-target.ts';
import type { ImageProfile } from '../../config/schema.ts';
import type { Refusal } from '../../config/suite-schema.ts';
import type { ImageUnderTest } from '../contract.ts';

/** What is judged: the image, how its owner runs it, and what its owner allows. */
export interface Subject {
  readonly image: ImageUnderTest;
  /** Folder that bind mounts of the profile are relative to. */
  readonly projectFolder: string;
  /** Paths outside volumes that the owner lets it write to. */
  readonly mayWrite: readonly string[];
  /** How large its owner lets it be; absent when any size will do. */
  readonly maxSizeBytes?: number | undefined;
  /** Configurations that its owner says it refuses. @default none */
  readonly refuses?: readonly Refusal[] | undefined;
  /** Whether its owner wants every build of it to be the same. @default false */
  readonly isReproducible?: boolean | undefined;
}

/** Container paths that are volumes: the image's own VOLUMEs and the mounts of the profile, without doubles. */
export function volumesOf({ image }: Subject): readonly string[] {
  const own = image.record.config.volumes.map(withoutTrailingSlash);
  const mounted = image.profile.run.mounts.flatMap((mount) =>
    typeof mount === 'string' ? [withoutTrailingSlash(mount)] : [],
  );
  const elsewhere = new Set(otherMountsOf(image.profile));
  return [...new Set([...own, ...mounted])].filter((path) => !elsewhere.has(path)).sort();
}

/** Container paths that the profile covers with a tmpfs or a bind mount. */
export function otherMountsOf(profile: ImageProfile): readonly string[] {
  return profile.run.mounts.flatMap((mount) => {
    if (typeof mount === 'string') return [];
    return [withoutTrailingSlash('tmpfs' in mount ? mount.tmpfs : mount.target)];
  });
}

/** Whether the owner said how the image is run. An image that then does not come up has failed. */
export function isProfileGiven({ ready, run, state }: ImageProfile): boolean {
  return (
    ready !== undefined ||
    state !== undefined ||
    run.command !== undefined ||
    run.entrypoint !== undefined ||
    run.user !== undefined ||
    Object.keys(run.env).length > 0 ||
    run.mounts.length > 0
  );
}

/** The argument vector that the container starts with, as the engine puts it together. */
export function argvOf({ record, profile }: ImageUnderTest): readonly string[] {
  const entrypoint = profile.run.entrypoint ?? record.config.entrypoint;
  // An overridden entrypoint drops the image's CMD, as in `docker run --entrypoint`.
  const inherited = profile.run.entrypoint === undefined ? record.config.command : [];
  return [...entrypoint, ...(profile.run.command ?? inherited)];
}

/** TCP ports that the image declares, ascending. */
export function exposedTcpPortsOf({ image }: Subject): readonly number[] {
  return image.record.config.exposedPorts
    .flatMap((text) => {
      const [port, protocol = 'tcp'] = text.split('/');
      return protocol === 'tcp' && port !== undefined ? [Number(port)] : [];
    })
    .sort((a, b) => a - b);
}

/** The port that an HTTP target without one means; absent when the image exposes none. */
export function defaultPortOf(subject: Subject): number | undefined {
  return subject.image.profile.ready?.port ?? exposedTcpPortsOf(subject)[0];
}

/** Every TCP port that somebody outside the container will ask for. */
export function portsAskedFor(subject: Subject): readonly number[] {
  const { ready, state } = subject.image.profile;
  const targets = [ready?.http, state?.write.http, state?.read.http].filter(
    (text) => text !== undefined,
  );
  const asked = targets.map((text) => parseHttpTarget(text, defaultPortOf(subject)).port);
  const own = ready?.port === undefined ? [] : [ready.port];
  return [...new Set([...exposedTcpPortsOf(subject), ...own, ...asked])];
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/u, '') : path;
}
