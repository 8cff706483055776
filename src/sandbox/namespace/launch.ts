/**
 * The command lines that lead into namespaces of a script's own. Nothing that they make has a name: namespaces vanish
 * with their last process, and each process here ends when the one before it is killed.
 */
import type { BindRoot } from './place.ts';

export type CommandLine = readonly [string, ...string[]];

/** The user who starts scripts. */
export interface LaunchUser {
  readonly uid: number;
  readonly gid: number;
  /** Whether namespaces are made with a user namespace around them, as everybody but root must. */
  readonly hasUserNamespace: boolean;
}

/** What a script's world is made of, by the process that holds its network open. */
export interface Holder {
  readonly pid: number;
  readonly user: LaunchUser;
}

/** With this process, or rather its thread, the program is killed. */
const DIES_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

const HOLD = `ip link set lo up 2>/dev/null || ifconfig lo 127.0.0.1 up || exit 1
echo ready >&3
exec cat`;

/** Holds a new network open, with nothing in it but a loopback interface, until its stdin ends. */
export function holderCommand(user: LaunchUser): CommandLine {
  const kinds = user.hasUserNamespace ? ['--user', '--map-root-user', '--net'] : ['--net'];
  return [...DIES_WITH_US, 'unshare', ...kinds, '--', 'sh', '-c', HOLD];
}

/**
 * What a program unmounts stays unmounted for itself alone. The sandbox of slirp4netns detaches the tree of this machine
 * from its own world, and takes only `/` out of what is shared: without this, each mount below a shared one would go
 * on the machine as well, and `/var/lib/docker` is shared, with the files of every container below it.
 */
const ALONE = ['unshare', '--mount', '--propagation', 'private', '--'] as const;

/** Gives a held network a way out: a router and a name server in user mode, with no way to this machine's loopback. */
export function outboundCommand(holder: Holder): CommandLine {
  return [
    ...DIES_WITH_US,
    ...(holder.user.hasUserNamespace ? [] : ALONE),
    'slirp4netns',
    '--configure',
    '--mtu=65520',
    '--disable-host-loopback',
    '--ready-fd=3',
    // Of root it gives up the files and the rights that it does not need; a user has none to give up.
    holder.user.hasUserNamespace
      ? `--userns-path=${namespaceOf(holder, 'user')}`
      : '--enable-sandbox',
    '--netns-type=path',
    namespaceOf(holder, 'net'),
    'tap0',
  ];
}

/** Where the router of `outboundCommand` answers questions for names. */
export const OUTBOUND_NAME_SERVER = '10.0.2.3';

/** Runs a program of ours in a held network, on this machine's files and processes. */
export function besideCommand(holder: Holder, command: CommandLine): CommandLine {
  return [...DIES_WITH_US, ...enter(holder), ...command];
}

/**
 * The first process of a script's world, in sh: it puts the mounts in place, runs the command, and picks up what loses
 * its parent. As it is no part of the script, signals find the script as they do elsewhere. Its arguments are pairs of
 * what is mounted where, an empty one, the working folder and the command.
 */
const FIRST_PROCESS = `while [ -n "$1" ]; do
  mount -o rbind "$1" "$2" || exit 125
  shift 2
done
cd "$2" || exit 125
shift 2
"$@"
exit $?`;

const OWN_PROCESSES_AND_MOUNTS = [
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  '--',
] as const;

export interface PlacedWork {
  /** Mounted in this order. */
  readonly mounts: readonly BindRoot[];
  readonly cwd: string;
  readonly command: CommandLine;
}

/** Runs a script in a held network, with processes, mounts and temporary folders of its own. */
export function insideCommand(holder: Holder, work: PlacedWork): CommandLine {
  return [
    ...DIES_WITH_US,
    ...enter(holder),
    ...OWN_PROCESSES_AND_MOUNTS,
    'sh',
    '-c',
    FIRST_PROCESS,
    'sandbox',
    ...work.mounts.flatMap(({ real, shown }) => [real, shown]),
    '',
    work.cwd,
    ...asItself(holder.user),
    ...work.command,
  ];
}

/** In a user namespace mounts are made as its root; the script is who it is elsewhere. */
function asItself({ uid, gid, hasUserNamespace }: LaunchUser): readonly string[] {
  if (!hasUserNamespace || uid === 0) return [];
  return ['unshare', `--map-user=${String(uid)}`, `--map-group=${String(gid)}`, '--'];
}

function enter(holder: Holder): CommandLine {
  const net = `--net=${namespaceOf(holder, 'net')}`;
  if (!holder.user.hasUserNamespace) return ['nsenter', net, '--'];
  return ['nsenter', `--user=${namespaceOf(holder, 'user')}`, '--preserve-credentials', net, '--'];
}

function namespaceOf({ pid }: Holder, kind: 'net' | 'user'): string {
  return `/proc/${String(pid)}/ns/${kind}`;
}
