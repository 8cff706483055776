import type { ContainerSpec, HealthcheckChanges, MountSpec } from '../contract.ts';
import { toEnvList } from './exec.ts';

/** The body of a create. @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerCreate */
export function toContainerBody(
  spec: ContainerSpec,
  publishAddress: string,
): Readonly<Record<string, unknown>> {
  return withoutAbsent({
    Image: spec.image,
    Labels: spec.labels,
    Entrypoint: spec.entrypoint,
    Cmd: spec.command,
    Env: spec.env === undefined ? undefined : toEnvList(spec.env),
    User: spec.user,
    WorkingDir: spec.workingDir,
    StopTimeout: spec.stopTimeoutS,
    Tty: spec.tty,
    OpenStdin: spec.openStdin,
    StdinOnce: spec.openStdin,
    AttachStdin: spec.openStdin,
    Hostname: spec.hostname,
    StopSignal: spec.stopSignal,
    Healthcheck: spec.healthcheck && toHealthcheck(spec.healthcheck),
    ExposedPorts: spec.publish && Object.fromEntries(spec.publish.map((port) => [tcp(port), {}])),
    HostConfig: toHostConfig(spec, publishAddress),
    NetworkingConfig:
      spec.aliases === undefined
        ? undefined
        : { EndpointsConfig: { [spec.network]: { Aliases: spec.aliases } } },
  });
}

/** More than any service needs, and few enough that one which forks without end harms itself alone. */
const MOST_PROCESSES = 4096;

function toHostConfig(
  spec: ContainerSpec,
  publishAddress: string,
): Readonly<Record<string, unknown>> {
  return withoutAbsent({
    NetworkMode: spec.network,
    PidMode: spec.pidNamespace,
    Mounts: spec.mounts?.map(toMount),
    Binds: spec.binds,
    CapAdd: spec.capabilities,
    CapDrop: spec.droppedCapabilities,
    SecurityOpt: spec.isWithoutNewPrivileges === true ? ['no-new-privileges'] : undefined,
    Privileged: spec.isPrivileged,
    ExtraHosts: spec.extraHosts,
    Sysctls: spec.sysctls,
    Tmpfs: spec.tmpfs,
    RestartPolicy: spec.restart && {
      Name: spec.restart.when,
      MaximumRetryCount: spec.restart.attempts ?? 0,
    },
    PortBindings:
      spec.publish &&
      Object.fromEntries(
        spec.publish.map((port) => [tcp(port), [{ HostIp: publishAddress, HostPort: '' }]]),
      ),
    Memory: spec.memoryBytes,
    // Without this the engine allows as much swap again, and a limit is none.
    MemorySwap: spec.memoryBytes,
    NanoCpus: spec.cpus === undefined ? undefined : Math.round(spec.cpus * 1e9),
    PidsLimit: MOST_PROCESSES,
    ReadonlyRootfs: spec.isReadOnly,
    Init: spec.init,
  });
}

/** The engine takes every field that is absent or zero from the image. */
function toHealthcheck(check: HealthcheckChanges): Readonly<Record<string, unknown>> {
  return withoutAbsent({
    Test: check.test,
    Interval: nanoseconds(check.intervalMs),
    Timeout: nanoseconds(check.timeoutMs),
    StartPeriod: nanoseconds(check.startPeriodMs),
    Retries: check.retries,
  });
}

function nanoseconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1e6);
}

function toMount(mount: MountSpec): Readonly<Record<string, unknown>> {
  return withoutAbsent({
    Type: mount.type,
    Source: mount.source,
    Target: mount.target,
    ReadOnly: mount.isReadOnly,
  });
}

function tcp(port: number): string {
  return `${String(port)}/tcp`;
}

function withoutAbsent(
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
