import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Tells a process from any later one that was given the same pid, and from one of another boot or another
 * pid namespace. Where the system has no `/proc`, only the pid speaks.
 */
export interface ProcessIdentity {
  readonly bootId: string;
  readonly pidNamespace: string;
  readonly pid: number;
  /** Clock ticks after boot. */
  readonly startedAtTicks: string;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

export function identifyProcess(pid: number = process.pid): ProcessIdentity {
  return {
    bootId: readOrEmpty('/proc/sys/kernel/random/boot_id'),
    pidNamespace: linkOrEmpty('/proc/self/ns/pid'),
    pid,
    startedAtTicks: startTicksOf(pid),
  };
}

/** `unknown` when the process lives in a pid namespace that cannot be seen from here. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  const here = identifyProcess();
  if (identity.bootId !== here.bootId) return 'dead';
  if (identity.pidNamespace !== here.pidNamespace) return 'unknown';
  if (!exists(identity.pid)) return 'dead';
  return startTicksOf(identity.pid) === identity.startedAtTicks ? 'alive' : 'dead';
}

/** One line, for labels and lock files. */
export function renderIdentity(identity: ProcessIdentity): string {
  return [identity.bootId, identity.pidNamespace, identity.pid, identity.startedAtTicks].join('/');
}

/** Absent when the text is not of that form. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  const [bootId, pidNamespace, pid, startedAtTicks] = text.trim().split('/');
  if (bootId === undefined || pidNamespace === undefined || startedAtTicks === undefined)
    return undefined;
  const number = Number(pid);
  if (!Number.isSafeInteger(number) || number <= 0) return undefined;
  return { bootId, pidNamespace, pid: number, startedAtTicks };
}

/** As a part of a file name, without a dot: whose draft it is must be known before anything is in it. */
export function encodeIdentity(identity: ProcessIdentity): string {
  return Buffer.from(renderIdentity(identity)).toString('base64url');
}

/** Absent when it is not such a part. */
export function decodeIdentity(part: string): ProcessIdentity | undefined {
  return parseIdentity(Buffer.from(part, 'base64url').toString());
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function startTicksOf(pid: number): string {
  const text = readOrEmpty(`/proc/${pid}/stat`);
  // The command name is in parentheses and may hold spaces: count fields after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  return state === 'Z' || state === 'X' ? 'ended' : (fields[19] ?? '');
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // Not Linux, or the process is gone: an empty field says so.
    return '';
  }
}

function linkOrEmpty(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Not Linux.
    return '';
  }
}
