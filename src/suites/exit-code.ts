import { constants } from 'node:os';

/** The signal that a shell's, or an engine's, exit code tells of: `SIGKILL` for 137. Absent for every other code. */
export function signalOf(exitCode: number): string | undefined {
  if (exitCode <= 128) return undefined;
  return Object.entries(constants.signals).find(([, value]) => value === exitCode - 128)?.[0];
}
