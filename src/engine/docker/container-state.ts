import type { z } from 'zod';
import type { ContainerState, HealthState } from '../contract.ts';
import type { containerSchema } from './wire.ts';

type WireContainer = z.output<typeof containerSchema>;

/** Docker's way to write "never". */
const NEVER = '0001-01-01T00:00:00Z';

const STATUSES: Readonly<Record<string, ContainerState['status']>> = {
  created: 'created',
  // podman's words
  configured: 'created',
  initialized: 'created',
  running: 'running',
  paused: 'paused',
  restarting: 'restarting',
  stopping: 'running',
  removing: 'removing',
  exited: 'exited',
  stopped: 'exited',
  dead: 'dead',
};

export function toContainerState(wire: WireContainer): ContainerState {
  const { State: state } = wire;
  return {
    id: wire.Id,
    name: wire.Name.replace(/^\//u, ''),
    imageId: wire.Image,
    manifestDigest: wire.ImageManifestDescriptor?.digest,
    status: STATUSES[state.Status] ?? (state.Running ? 'running' : 'exited'),
    isRunning: state.Running,
    pid: state.Pid,
    exitCode: state.ExitCode,
    isOomKilled: state.OOMKilled,
    error: state.Error,
    startedAt: toTime(state.StartedAt),
    finishedAt: toTime(state.FinishedAt),
    health: toHealth(state.Health ?? state.Healthcheck),
    addresses: Object.fromEntries(
      Object.entries(wire.NetworkSettings?.Networks ?? {})
        .map(([name, network]): readonly [string, string] => [name, network.IPAddress])
        .filter(([, address]) => address !== ''),
    ),
    publishedPorts: Object.fromEntries(
      Object.entries(wire.NetworkSettings?.Ports ?? {}).flatMap(([port, bindings]) => {
        const hostPort = Number(bindings[0]?.HostPort ?? 0);
        return hostPort > 0 ? [[port, hostPort]] : [];
      }),
    ),
    mounts: wire.Mounts.map(({ Type, Name, Destination }) => ({
      type: Type,
      name: Name,
      target: Destination,
    })),
  };
}

function toTime(text: string): string {
  return text === NEVER ? '' : text;
}

const HEALTHS: Readonly<Record<string, HealthState['status']>> = {
  starting: 'starting',
  healthy: 'healthy',
  unhealthy: 'unhealthy',
};

function toHealth(wire: WireContainer['State']['Health']): HealthState | undefined {
  const status = HEALTHS[wire?.Status ?? ''];
  if (!wire || status === undefined) return undefined;
  const last = wire.Log.at(-1);
  return { status, lastOutput: last?.Output ?? '', lastExitCode: last?.ExitCode ?? 0 };
}
