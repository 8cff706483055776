import { z } from 'zod';
import { refuse } from './shapes.ts';

/**
 * Keys of the Compose specification that our own runner does not do. They are known, so that a slip of the pen is told
 * from them; a file that has one is run by Docker Compose.
 * @see https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json
 */
const BEYOND = Object.freeze({ isBeyond: true });

/** Marks a key as one for Docker Compose: `keysBeyond` finds it in what was parsed. */
const beyond = z
  .unknown()
  .transform(() => BEYOND)
  .optional();

const AWAY = 'Leave it out, or run the file from a script suite, which may do what you may.';

/** A key that reaches out of the test with one value, and is for Docker Compose with the others. */
function guarded(reason: string, isRefused: (value: unknown) => boolean): typeof beyond {
  return z
    .unknown()
    .superRefine((value, context) => {
      if (isRefused(value)) refuse(context, reason, AWAY);
    })
    .transform(() => BEYOND)
    .optional();
}

const isHost = (value: unknown): boolean => value === 'host';
const isOn = (value: unknown): boolean => value !== false && value !== 'false';

export const otherServiceKeys = {
  annotations: beyond,
  attach: beyond,
  blkio_config: beyond,
  cgroup_parent: beyond,
  configs: beyond,
  cpu_count: beyond,
  cpu_percent: beyond,
  cpu_period: beyond,
  cpu_quota: beyond,
  cpu_rt_period: beyond,
  cpu_rt_runtime: beyond,
  cpu_shares: beyond,
  cpus: beyond,
  cpuset: beyond,
  credential_spec: beyond,
  deploy: beyond,
  develop: beyond,
  device_cgroup_rules: beyond,
  devices: beyond,
  dns: beyond,
  dns_opt: beyond,
  dns_search: beyond,
  domainname: beyond,
  extends: beyond,
  gpus: beyond,
  group_add: beyond,
  isolation: beyond,
  label_file: beyond,
  mac_address: beyond,
  mem_limit: beyond,
  mem_reservation: beyond,
  mem_swappiness: beyond,
  memswap_limit: beyond,
  models: beyond,
  oom_kill_disable: beyond,
  oom_score_adj: beyond,
  pids_limit: beyond,
  platform: beyond,
  post_start: beyond,
  pre_stop: beyond,
  profiles: beyond,
  provider: beyond,
  pull_policy: beyond,
  runtime: beyond,
  scale: beyond,
  secrets: beyond,
  security_opt: beyond,
  shm_size: beyond,
  storage_opt: beyond,
  sysctls: beyond,
  ulimits: beyond,
  volume_driver: beyond,
  volumes_from: beyond,
  cgroup: guarded('gives the container the control groups of the machine', isHost),
  external_links: guarded('reaches containers of others', () => true),
  ipc: guarded('gives the container the shared memory of the machine', isHost),
  net: guarded('gives the container the network of the machine', isHost),
  network_mode: guarded('gives the container the network of the machine', isHost),
  pid: guarded('gives the container the processes of the machine', isHost),
  use_api_socket: guarded('gives the container the engine', isOn),
  userns_mode: guarded('gives the container the users of the machine', isHost),
  uts: guarded('gives the container the name of the machine', isHost),
};

export const otherBuildKeys = {
  additional_contexts: beyond,
  cache_from: beyond,
  cache_to: beyond,
  dockerfile_inline: beyond,
  entitlements: beyond,
  extra_hosts: beyond,
  isolation: beyond,
  labels: beyond,
  network: beyond,
  no_cache: beyond,
  platforms: beyond,
  privileged: beyond,
  provenance: beyond,
  pull: beyond,
  sbom: beyond,
  secrets: beyond,
  shm_size: beyond,
  ssh: beyond,
  tags: beyond,
  ulimits: beyond,
};

export const otherDependencyKeys = {
  required: beyond,
};
export const otherMountKeys = {
  image: beyond,
  volume: beyond,
  cluster: beyond,
};
export const otherBindKeys = {
  propagation: beyond,
  recursive: beyond,
  selinux: beyond,
};
export const otherTmpfsKeys = {
  mode: beyond,
};
export const otherEndpointKeys = {
  driver_opts: beyond,
  gw_priority: beyond,
  interface_name: beyond,
  ipv4_address: beyond,
  ipv6_address: beyond,
  link_local_ips: beyond,
  mac_address: beyond,
  priority: beyond,
};
export const otherNetworkKeys = {
  driver_opts: beyond,
  enable_ipv4: beyond,
  enable_ipv6: beyond,
  internal: beyond,
  ipam: beyond,
};
export const otherVolumeKeys = {
  driver_opts: beyond,
};
export const otherTopKeys = {
  configs: beyond,
  include: beyond,
  models: beyond,
  secrets: beyond,
};

/** Networks and volumes that somebody else made. */
export const notExternal = z
  .unknown()
  .superRefine((value, context) => {
    if (isOn(value)) refuse(context, 'belongs to others: a test gets its own', 'Leave it out.');
  })
  .transform(() => undefined)
  .optional();

/** `true` is refused, `false` is the default. */
export const notPrivileged = z
  .unknown()
  .superRefine((value, context) => {
    if (isOn(value)) refuse(context, 'gives the container this machine', AWAY);
  })
  .transform(() => undefined)
  .optional();

/** Where in a parsed value keys for Docker Compose are. */
export function keysBeyond(value: unknown): readonly (readonly (string | number)[])[] {
  if (value === BEYOND) return [[]];
  if (typeof value !== 'object' || value === null) return [];
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((each: unknown, index) => [index, each])
    : Object.entries(value);
  return entries.flatMap(([key, each]) => keysBeyond(each).map((path) => [key, ...path]));
}
