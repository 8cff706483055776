import type { Shape } from './json-value.ts';

const hostConfigShape: Shape = {
  AutoRemove: true,
  Binds: true,
  CapAdd: true,
  Capabilities: true,
  Cgroup: true,
  CgroupParent: true,
  CgroupnsMode: true,
  DeviceCgroupRules: true,
  DeviceRequests: true,
  Devices: true,
  ExtraHosts: true,
  IpcMode: true,
  Links: true,
  LogConfig: { Type: true },
  MaskedPaths: true,
  Mounts: [
    {
      Type: true,
      Source: true,
      Target: true,
      BindOptions: { Propagation: true },
      VolumeOptions: { Labels: true, DriverConfig: { Name: true, Options: true } },
    },
  ],
  NetworkMode: true,
  OomScoreAdj: true,
  PidMode: true,
  PortBindings: { '*': [{ HostIp: true, HostPort: true }] },
  Privileged: true,
  PublishAllPorts: true,
  ReadonlyPaths: true,
  Runtime: true,
  SecurityOpt: true,
  Sysctls: true,
  Tmpfs: true,
  UTSMode: true,
  UsernsMode: true,
  VolumeDriver: true,
  VolumesFrom: true,
};

export const endpointShape: Shape = { Aliases: true, Links: true, NetworkID: true };

/**
 * What of a create request is looked at.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
 */
export const createShape: Shape = {
  Image: true,
  Labels: true,
  Volumes: true,
  ExposedPorts: true,
  HostConfig: hostConfigShape,
  NetworkingConfig: { EndpointsConfig: { '*': endpointShape } },
};

/** An update has members of the host configuration at its top. */
export const updateShape: Shape = hostConfigShape;
