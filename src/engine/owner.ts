import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCodeOf } from '../kernel/errors.ts';

/**
 * Which process made an object, so exactly that no other process is ever taken for it: process ids are used
 * again, but not with the same start time in the same boot.
 */
export interface Owner {
  readonly bootId: string;
  /** Inode of the pid namespace: in another one, `pid` means another process. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** Start time in clock ticks since boot; `0` where the system does not say. */
  readonly startTicks: string;
}

/** This process and the machine it runs on. */
export interface Whereabouts {
  readonly owner: Owner;
  /** Hash of machine id and host name: cloned machines often share the machine id alone. */
  readonly hostId: string;
}

export function whereabouts(): Whereabouts {
  const machineId = readOrEmpty('/etc/machine-id') || readOrEmpty('/var/lib/dbus/machine-id');
  return Object.freeze({
    owner: Object.freeze({
      bootId: readOrEmpty('/proc/sys/kernel/random/boot_id') || 'unknown',
      pidNamespace: pidNamespace(),
      pid: process.pid,
      startTicks: startTicksOf(process.pid) ?? '0',
    }),
    hostId: createHash('sha256').update(`${machineId}\n${hostname()}`).digest('hex').slice(0, 16),
  });
}

/** The value of the label `seatrial.owner`. */
export function renderOwner(owner: Owner): string {
  return [owner.bootId, owner.pidNamespace, String(owner.pid), owner.startTicks].join('/');
}

/** Absent when the text is no owner, as when somebody else wrote the label. */
export function parseOwner(text: string): Owner | undefined {
  const match = /^([\w-]+)\/(\w+)\/([1-9]\d*)\/(\d+)$/u.exec(text);
  if (!match) return undefined;
  const [, bootId = '', pidNamespace = '', pid, startTicks = ''] = match;
  return { bootId, pidNamespace, pid: Number(pid), startTicks };
}

export type Liveness = 'alive' | 'dead' | 'unknown';

/** Whether the owner still runs, as far as can be known from here. */
export function livenessOf(owner: Owner, hostId: string, here: Whereabouts): Liveness {
  if (hostId !== here.hostId) return 'unknown';
  if (owner.bootId !== here.owner.bootId) return 'dead';
  if (owner.pidNamespace !== here.owner.pidNamespace) return 'unknown';
  return isProcessAlive(owner) ? 'alive' : 'dead';
}

/** Whether the process with this id is still the one that started then. */
export function isProcessAlive({ pid, startTicks }: Pick<Owner, 'pid' | 'startTicks'>): boolean {
  if (startTicks === '0') return isPidTaken(pid);
  return startTicksOf(pid) === startTicks;
}

/**
 * When a process started; absent when there is none, or only its remains that nobody has waited for.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function startTicksOf(pid: number): string | undefined {
  const text = readOrEmpty(`/proc/${String(pid)}/stat`);
  // The name of the program stands in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const isZombie = fields[0] === 'Z';
  return isZombie ? undefined : fields[19];
}

function isPidTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === 'EPERM';
  }
}

function pidNamespace(): string {
  try {
    return /\d+/u.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
