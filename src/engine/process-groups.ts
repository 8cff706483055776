import { signalGroup } from '../host/process.ts';
import { systemCodeOf } from '../kernel/errors.ts';
import { startTicksOf } from './owner.ts';

/** A process group that a scope has to end, safe against a process id that is used again. */
export interface OwnedGroup {
  readonly pgid: number;
  /** Start of the leader when it was handed over; absent when it was gone already. */
  readonly startTicks?: string | undefined;
}

export function toOwnedGroup(pgid: number): OwnedGroup {
  return { pgid, startTicks: startTicksOf(pgid) };
}

/**
 * Kills the group. A group whose leader ended keeps its number, so what is left of it is killed too; a leader that
 * started at another time is somebody else.
 */
export function killGroup({ pgid, startTicks }: OwnedGroup): void {
  const now = startTicksOf(pgid);
  if (now !== undefined && startTicks !== undefined && now !== startTicks) return;
  try {
    signalGroup(pgid, 'SIGKILL');
  } catch (error) {
    // It changed its user. That must not keep what can be removed from being removed.
    if (systemCodeOf(error) !== 'EPERM') throw error;
  }
}

/** Name of the marker that tells a later run about a group: markers lie beside the temporary folders. */
export function markerName({ pgid, startTicks }: OwnedGroup): string {
  return `group-${String(pgid)}-${startTicks ?? ''}`;
}

/** Absent when the name is that of no marker. */
export function parseMarkerName(name: string): OwnedGroup | undefined {
  const match = /^group-([1-9]\d*)-(\d*)$/u.exec(name);
  if (!match) return undefined;
  return { pgid: Number(match[1]), startTicks: match[2] || undefined };
}
