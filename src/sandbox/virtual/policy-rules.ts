import { isObject, objectIn, textIn } from './json-value.ts';

/** What asks: the body, or for `query.…` the query, of these calls. */
export type PolicySubject =
  | 'create'
  | 'exec'
  | 'update'
  | 'network'
  | 'volume'
  | 'build'
  | 'image'
  | 'stream';

export interface PolicyRule {
  /** Named in the answer, and by `allow`. */
  readonly rule: string;
  readonly subjects: readonly PolicySubject[];
  /** Where in the body, or `query.…`; `*` for each item of a list. */
  readonly path: string;
  /** Given what stands there; never called when nothing does. */
  readonly isDenied: (value: unknown) => boolean;
  /** What is not allowed, in the words of the command line. */
  readonly what: string;
  readonly why: string;
}

const isHost = (value: unknown): boolean => value === 'host';
const isSet = (value: unknown): boolean => value !== false && value !== null && value !== undefined;
const isFilled = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0;
const isNamed = (value: unknown): boolean => textIn(value) !== '';

const CONTAINER: readonly PolicySubject[] = ['create', 'update'];
const CREATE: readonly PolicySubject[] = ['create'];

/** Capabilities that Docker grants by default, and those that stay within a container. */
const HARMLESS_CAPABILITIES: ReadonlySet<string> = new Set(
  `AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID
  SYS_CHROOT NET_ADMIN NET_BROADCAST SYS_NICE SYS_PTRACE IPC_LOCK IPC_OWNER LEASE WAKE_ALARM`.split(
    /\s+/u,
  ),
);
/** A profile of its own may allow everything. */
const HARMLESS_SECURITY =
  /^(?:no-new-privileges(?:[:=](?:true|false))?|seccomp[:=]builtin|apparmor[:=]docker-default)$/u;
const PLAIN_LOG_DRIVERS: ReadonlySet<string> = new Set(['', 'json-file', 'local', 'none']);
const PLAIN_RUNTIMES: ReadonlySet<string> = new Set(['', 'runc', 'io.containerd.runc.v2', 'crun']);

/** Everything that is denied unless `allow` names its rule. The first rule that says no is named in the answer. */
export const policyRules: readonly PolicyRule[] = [
  {
    rule: 'privileged',
    subjects: ['create', 'exec', 'update'],
    path: 'HostConfig.Privileged',
    isDenied: isSet,
    what: '--privileged',
    why: 'A privileged container owns the machine.',
  },
  {
    rule: 'privileged',
    subjects: ['exec'],
    path: 'Privileged',
    isDenied: isSet,
    what: 'exec --privileged',
    why: 'A privileged program owns the machine.',
  },
  ...(
    [
      ['net.host', 'NetworkMode', '--network host', "It would hold the machine's own ports."],
      ['pid.host', 'PidMode', '--pid host', 'It would see and end programs of the machine.'],
      ['ipc.host', 'IpcMode', '--ipc host', "It would share the machine's memory."],
      ['uts.host', 'UTSMode', '--uts host', 'It could rename the machine.'],
      ['userns.host', 'UsernsMode', '--userns host', 'Its root would be that of the machine.'],
      ['cgroupns.host', 'CgroupnsMode', '--cgroupns host', 'It would see the limits of others.'],
    ] as const
  ).map(([rule, member, what, why]): PolicyRule => ({
    rule,
    subjects: CREATE,
    path: `HostConfig.${member}`,
    isDenied: isHost,
    what,
    why,
  })),
  {
    rule: 'net.host',
    subjects: ['create'],
    path: 'NetworkingConfig.EndpointsConfig.host',
    isDenied: isSet,
    what: '--network host',
    why: "It would hold the machine's own ports.",
  },
  {
    rule: 'net.host',
    subjects: ['build'],
    path: 'query.networkmode',
    isDenied: isHost,
    what: 'build --network host',
    why: "A build step would reach the machine's own ports.",
  },
  {
    rule: 'cap',
    subjects: CREATE,
    path: 'HostConfig.CapAdd.*',
    isDenied: (value) =>
      !HARMLESS_CAPABILITIES.has(textIn(value).toUpperCase().replace(/^CAP_/u, '')),
    what: '--cap-add of this capability',
    why: 'Only capabilities that end at the walls of the container are harmless.',
  },
  {
    rule: 'cap',
    subjects: CREATE,
    path: 'HostConfig.Capabilities',
    isDenied: isFilled,
    what: 'a list of capabilities',
    why: 'Only --cap-add and --cap-drop are judged.',
  },
  {
    rule: 'devices',
    subjects: CONTAINER,
    path: 'HostConfig.Devices',
    isDenied: isFilled,
    what: '--device',
    why: 'Devices belong to the machine.',
  },
  {
    rule: 'devices',
    subjects: CONTAINER,
    path: 'HostConfig.DeviceRequests',
    isDenied: isFilled,
    what: '--gpus',
    why: 'Devices belong to the machine.',
  },
  {
    rule: 'devices',
    subjects: CONTAINER,
    path: 'HostConfig.DeviceCgroupRules',
    isDenied: isFilled,
    what: '--device-cgroup-rule',
    why: 'Devices belong to the machine.',
  },
  {
    rule: 'security-opt',
    subjects: CREATE,
    path: 'HostConfig.SecurityOpt.*',
    isDenied: (value) => !HARMLESS_SECURITY.test(textIn(value)),
    what: '--security-opt other than no-new-privileges',
    why: 'It opens calls of the kernel that a container must not make.',
  },
  {
    rule: 'security-opt',
    subjects: CREATE,
    path: 'HostConfig.MaskedPaths',
    isDenied: Array.isArray,
    what: '--security-opt systempaths=unconfined',
    why: 'It opens files of the kernel that a container must not change.',
  },
  {
    rule: 'security-opt',
    subjects: CREATE,
    path: 'HostConfig.ReadonlyPaths',
    isDenied: Array.isArray,
    what: '--security-opt systempaths=unconfined',
    why: 'It opens files of the kernel that a container must not change.',
  },
  {
    rule: 'volume.driver',
    subjects: CREATE,
    path: 'HostConfig.VolumeDriver',
    isDenied: (value) => isNamed(value) && value !== 'local',
    what: '--volume-driver',
    why: 'A driver can mount whatever it likes.',
  },
  {
    rule: 'volume.driver',
    subjects: CREATE,
    path: 'HostConfig.Mounts.*.VolumeOptions.DriverConfig',
    isDenied: (value) =>
      isFilled(objectIn(value)['Options']) || isOtherDriver(objectIn(value)['Name']),
    what: '--mount with volume-opt or volume-driver',
    why: 'Options such as `o=bind,device=/etc` mount any folder of the machine.',
  },
  {
    rule: 'volume.driver',
    subjects: ['volume'],
    path: 'DriverOpts',
    isDenied: isFilled,
    what: 'volume create --opt',
    why: 'Options such as `o=bind,device=/etc` mount any folder of the machine.',
  },
  {
    rule: 'volume.driver',
    subjects: ['volume'],
    path: 'Driver',
    isDenied: isOtherDriver,
    what: 'volume create --driver',
    why: 'A driver can mount whatever it likes.',
  },
  {
    rule: 'volume.driver',
    subjects: ['volume'],
    path: 'ClusterVolumeSpec',
    isDenied: isSet,
    what: 'a cluster volume',
    why: 'A cluster volume is mounted by a driver of its own.',
  },
  {
    rule: 'mount.type',
    subjects: CREATE,
    path: 'HostConfig.Mounts.*.Type',
    isDenied: (value) => !['bind', 'volume', 'tmpfs'].includes(textIn(value)),
    what: '--mount of this type',
    why: 'Only binds, volumes and tmpfs are judged.',
  },
  {
    rule: 'cgroup-parent',
    subjects: CONTAINER,
    path: 'HostConfig.CgroupParent',
    isDenied: isNamed,
    what: '--cgroup-parent',
    why: 'It would join the limits of others.',
  },
  {
    rule: 'cgroup-parent',
    subjects: ['build'],
    path: 'query.cgroupparent',
    isDenied: isNamed,
    what: 'build --cgroup-parent',
    why: 'It would join the limits of others.',
  },
  {
    rule: 'security-opt',
    subjects: ['build'],
    path: 'query.securityopt',
    isDenied: (value) => isNamed(value) && value !== '[]' && value !== 'null',
    what: 'build --security-opt',
    why: 'It takes protection away.',
  },
  {
    rule: 'runtime',
    subjects: CREATE,
    path: 'HostConfig.Runtime',
    isDenied: (value) => !PLAIN_RUNTIMES.has(textIn(value)),
    what: '--runtime',
    why: 'Another runtime draws other walls.',
  },
  {
    rule: 'cgroup',
    subjects: CREATE,
    path: 'HostConfig.Cgroup',
    isDenied: isNamed,
    what: 'the cgroup of another container',
    why: 'It would join the limits of others.',
  },
  {
    rule: 'oom',
    subjects: CREATE,
    path: 'HostConfig.OomScoreAdj',
    isDenied: (value) => typeof value !== 'number' || value < 0,
    what: '--oom-score-adj below zero',
    why: 'Others would be ended in its place.',
  },
  {
    rule: 'log-driver',
    subjects: CREATE,
    path: 'HostConfig.LogConfig.Type',
    isDenied: (value) => !PLAIN_LOG_DRIVERS.has(textIn(value)),
    what: '--log-driver that sends logs away',
    why: 'It writes to what is not of this session.',
  },
  {
    rule: 'sysctl',
    subjects: CREATE,
    path: 'HostConfig.Sysctls',
    isDenied: (value) =>
      Object.keys(objectIn(value)).some((name) => !/^(?:net|fs\.mqueue)\./u.test(name)),
    what: '--sysctl outside net',
    why: 'Only those of the network are the own ones of a container.',
  },
  {
    rule: 'network.driver',
    subjects: ['network'],
    path: 'Driver',
    isDenied: (value) => isNamed(value) && value !== 'bridge',
    what: 'network create --driver other than bridge',
    why: "Others join the machine's own network.",
  },
  {
    rule: 'network.driver',
    subjects: ['network'],
    path: 'IPAM.Driver',
    isDenied: (value) => isNamed(value) && value !== 'default',
    what: 'network create --ipam-driver',
    why: 'A driver of its own gives addresses of others.',
  },
  {
    rule: 'network.driver',
    subjects: ['network'],
    path: 'ConfigFrom',
    isDenied: isFilled,
    what: 'network create --config-from',
    why: 'It takes the settings of a network that is not of this session.',
  },
  {
    rule: 'network.driver',
    subjects: ['network'],
    path: 'Ingress',
    isDenied: isSet,
    what: 'network create --ingress',
    why: 'It belongs to a swarm.',
  },
  ...(
    [
      [
        'bind.path',
        '-v',
        'The project and temporary folders are all that is mounted.',
        'HostConfig.Binds',
      ],
      ['bind.symlink', '-v', 'A link must not lead out of these folders.', 'HostConfig.Binds'],
      [
        'bind.propagation',
        '-v',
        'Mounts of a container must not reach the machine.',
        'HostConfig.Binds',
      ],
      ['ref.foreign', 'container:', 'Another container must be one of this session.', 'HostConfig'],
      ['port.udp', '-p', 'Only TCP ports are held open.', 'HostConfig.PortBindings'],
      ['push', 'push', 'A test never ships.', 'path'],
      ['buildkit.grpc', 'buildx', 'What it builds and how cannot be judged.', 'path'],
      ['swarm', 'swarm', 'It changes the whole engine.', 'path'],
      ['plugin', 'plugin', 'It changes the whole engine.', 'path'],
      ['form', 'form', 'A form in a body would overrule what was judged.', 'header Content-Type'],
    ] as const
  ).map(([rule, what, why, path]): PolicyRule => ({
    rule,
    subjects: ['stream'],
    path,
    // Decided where the path is known, by `deny`.
    isDenied: () => false,
    what,
    why,
  })),
];

function isOtherDriver(value: unknown): boolean {
  return textIn(value) !== '' && value !== 'local';
}
